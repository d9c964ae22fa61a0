"""Tags and filters of every page: built assets, icons, numbers with their units, dates, masked personal data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhuanmai.core import assets
from zhuanmai.core.clock import to_local
from zhuanmai.core.errors import NotFound
from zhuanmai.core.masking import masked_id, masked_name, masked_phone
from zhuanmai.core.navigation import Page
from zhuanmai.core.units import Unit, money, plain

register = template.Library()


@register.simple_tag
def asset(name: str, plain_without: bool = False) -> SafeString:
    """The style sheets and the module script of a built entry.

    `plain_without`: the page goes without them where nothing was built yet, instead of raising NotFound.
    """
    try:
        found = assets.entry(name)
    except NotFound:
        if plain_without:
            return SafeString("<!-- zhuanmai build -->")
        raise
    styles = [("stylesheet", _built(path)) for path in found.styles]
    preloads = [("modulepreload", _built(path)) for path in found.preloads]
    links = format_html_join("", '<link rel="{}" href="{}">', styles + preloads)
    return links + format_html('<script type="module" src="{}"></script>', _built(found.script))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; with a label it is read out, without one it is decoration."""
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, _sprite(), name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', _sprite(), name)


@register.filter
def yuan(amount: Any) -> str:
    """¥203,250.00; a dash for nothing."""
    number = _number(amount)
    return "—" if number is None else f"¥{money(number)}"


@register.filter
def amount(number: Any) -> str:
    """1,646.5: thousands separators, no trailing zeros; a dash for nothing."""
    found = _number(number)
    if found is None:
        return "—"
    whole, _, rest = plain(found).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


@register.filter
def day(moment: dt.date | dt.datetime | None) -> str:
    """2026-11-23, as read in the bureau."""
    if moment is None:
        return "—"
    return (to_local(moment) if isinstance(moment, dt.datetime) else moment).strftime("%Y-%m-%d")


@register.filter
def minute(moment: dt.datetime | None) -> str:
    """2026-11-23 09:12, as read in the bureau."""
    return "—" if moment is None else to_local(moment).strftime("%Y-%m-%d %H:%M")


@register.filter
def clock_time(moment: dt.datetime | None) -> str:
    """09:12, as read in the bureau."""
    return "—" if moment is None else to_local(moment).strftime("%H:%M")


register.filter("masked_name", masked_name)
register.filter("masked_id", masked_id)
register.filter("masked_phone", masked_phone)


_KINDS = {
    "counterfeit": ("假", _("Counterfeit and substandard")),
    "smuggled": ("私", _("Smuggled")),
    "diverted": ("非", _("Genuine, not from the local channel")),
    "unlicensed": ("证", _("Genuine, traded without a licence")),
    "to_test": ("检", _("To be tested")),
}


@register.filter
def kind_letter(kind: str) -> str:
    """The fixed letter of a kind of goods: 假 私 非 证 检."""
    return _KINDS[kind][0] if kind in _KINDS else "?"


@register.filter
def kind_words(kind: str) -> str:
    """A kind of goods in words."""
    return str(_KINDS[kind][1]) if kind in _KINDS else ""


@register.filter
def may(officer: Any, permission: str) -> bool:
    """Whether the officer may do what the permission names."""
    return bool(officer and officer.may(permission))


@register.filter
def unit_words(unit: str) -> str:
    """A unit of measure as printed: 条, 支, 公斤."""
    return Unit(unit).zh if unit in set(Unit) else unit


_SIGNERS = {
    "officer": _("officer"),
    "server": _("officer who serves"),
    "party": _("party"),
    "inspected_party": _("party"),
    "questioned": _("party"),
    "receiver": _("receiver"),
    "provider": _("provider"),
    "witness": _("witness"),
    "valuer": _("valuer"),
    "department_head": _("department head"),
    "legal_head": _("legal head"),
    "bureau_head": _("bureau head"),
}


@register.filter
def signer_words(role: str) -> str:
    """The role of a signer in words."""
    return str(_SIGNERS.get(role, role))


_APPROVALS = {
    "upcoming": _("upcoming"),
    "waiting": _("waiting"),
    "approved": _("agreed"),
    "refused": _("not agreed"),
    "returned": _("returned"),
    "void": _("fell away"),
}


@register.filter
def approval_words(state: str) -> str:
    """The state of an approval in words."""
    return str(_APPROVALS.get(state, state))


@register.simple_tag(takes_context=True)
def rail_badge(context: dict[str, Any], page: Page) -> int:
    """How many things wait on a page of the rail."""
    return page.badge(context["officer"]) if page.badge else 0


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed (None removes one)."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    text = parameters.urlencode()
    return f"?{text}" if text else "?"


def _sprite() -> str:
    return _built(assets.sprite())


def _built(path: str) -> str:
    return static(assets.PREFIX + path) if path else ""


def _number(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None
