"""Docs against code: every setting, command and kind of ledger entry has its line, and no line is about nothing."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management import get_commands

from zhuanmai.core.translations import PACKAGE
from zhuanmai.ledger.registry import kinds

ROOT = PACKAGE.parents[1]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
_INSIDE = {"ZHUANMAI_PORT", "ZHUANMAI_TEST_DATABASE"}  # of `make demo` and of the tests


def _read(pattern: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(PACKAGE.glob(pattern)))


def test_every_setting_has_its_line() -> None:
    code = set(re.findall(r"\bZHUANMAI_[A-Z0-9_]+\b", _read("settings.py"))) - _INSIDE
    table = OPERATIONS.partition("## Settings")[2].partition("\n## ")[0]
    told = set(re.findall(r"`(ZHUANMAI_[A-Z0-9_]+)`", table))
    assert told == code


def test_every_command_has_its_line() -> None:
    ours = {name for name, app in get_commands().items() if app.startswith("zhuanmai.")}
    table = OPERATIONS.partition("## Commands")[2].partition("\n## ")[0]
    assert set(re.findall(r"`zhuanmai ([a-z_-]+)`", table)) == ours


def test_every_kind_of_entry_has_its_line() -> None:
    told = dict(
        re.findall(r"^\| `([a-z_.]+)` \| (.*?) \|", Path(ROOT / "docs" / "entries.md").read_text("utf-8"), re.M)
    )
    assert told == {kind.name: kind.sentence for kind in kinds()}


def test_every_kind_of_entry_is_written_by_somebody() -> None:
    written = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py") if path.name not in ("entries.py",)
    )
    ours = [kind.name for kind in kinds()]
    assert [name for name in ours if f'"{name}"' not in written and f'"{name.partition(".")[2]}"' not in written] == []
