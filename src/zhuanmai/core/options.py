"""Settings that are data: a system administrator changes them on a page; the environment gives what they begin with."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhuanmai.core import ports
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import derived_id
from zhuanmai.core.models import Setting


@dataclass(frozen=True)
class Option:
    """A setting: its name (as in settings.py), what it means, and how a typed value is read (raises Refused)."""

    name: str
    words: Any
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Shown:
    """A setting as the page shows it: what holds, what the environment says, who changed it and when."""

    option: Option
    value: Any
    given: Any
    row: Setting | None


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise Refused("setting_range", f"请填 {least} 到 {most} 之间的整数。", field="value")
        return number

    return read


def _prefix(text: str) -> str:
    if len(text) > 4 or not text.isascii():
        raise Refused("setting_prefix", "前缀最多 4 个英文字符；不用前缀请留空。", field="value")
    return text


OPTIONS = (
    Option(
        "PERSONAL_DAYS", _("Days after which personal parts of the ledger are erased; 0 keeps them"), _whole(0, 36500)
    ),
    Option("GUN_GAP_MS", _("The longest gap between a scan gun's digits, in milliseconds"), _whole(10, 200)),
    Option("GUN_PREFIX", _("A prefix that scan guns are set to"), _prefix),
)
GIVEN = (
    "PROFILE", "BASE_URL", "KEY_REQUIRED", "IDLE_SECONDS", "SESSION_SECONDS", "NATIONAL_URL", "PRICE_REGION",
    "BACKUP_RECIPIENT",
)  # fmt: skip


def value(name: str) -> Any:
    """What holds: the administrator's value, else the environment's. Raises LookupError for what is no such setting."""
    _option(name)
    row = Setting.objects.filter(name=name).first()
    return getattr(settings, name) if row is None else row.value


def shown() -> list[Shown]:
    """Every setting that is data, in its order."""
    rows = {row.name: row for row in Setting.objects.all()}
    found = []
    for option in OPTIONS:
        row, given = rows.get(option.name), getattr(settings, option.name)
        found.append(Shown(option, given if row is None else row.value, given, row))
    return found


def change(*, actor_id: uuid.UUID, name: str, text: str, reason: str) -> Any:
    """Change a setting, with the reason; returns what holds now. Raises Refused: reason_missing, setting_…"""
    option = _option(name)
    if not reason.strip():
        raise Refused("reason_missing", "请写明修改理由。", field="reason")
    new, ledger = option.read(text.strip()), ports.get(ports.Ledger)  # type: ignore[type-abstract]
    with transaction.atomic():
        row = Setting.objects.select_for_update().filter(name=name).first()
        old = getattr(settings, name) if row is None else ledger.as_found(row).value
        if old == new:
            return new
        row = row or Setting(id=derived_id("setting", name), name=name)
        row.value, row.changed_at, row.changed_by_id = new, now(), actor_id
        row.save()
        facts = {"name": name, "old": str(old), "new": str(new), "reason": reason.strip()[:200]}
        ledger.append(
            "core.setting_changed", actor_id=actor_id, object_kind="setting", object_id=row.pk, facts=facts, rows=[row]
        )
    return new


def _option(name: str) -> Option:
    for option in OPTIONS:
        if option.name == name:
            return option
    raise LookupError(f"{name} is no setting that is data")
