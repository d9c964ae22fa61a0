"""What can be asked: imports, what lies in the lake, its quality, its quarantine — by who may see which."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotFound
from zhuanmai.core.masking import masked_numbers
from zhuanmai.core.models import Work
from zhuanmai.lake import manifest, masking, quality, quarantine
from zhuanmai.lake.models import Import
from zhuanmai.lake.schema import TABLES, Table


@dataclass(frozen=True)
class Held:
    """A table as the lake holds it: rows, files, first and last month, rows in quarantine."""

    table: Table
    rows: int
    parts: int
    first: str
    last: str
    aside: int


def folder() -> Path:
    """Where the lake lies."""
    return Path(settings.LAKE_DIR)


def held(*, officer: Officer) -> list[Held]:
    """All tables, in the schema's order."""
    require(officer, "lake.see")
    return tables(folder())


def tables(place: Path) -> list[Held]:
    """All tables of a lake in this folder (the command's way)."""
    kept = manifest.load(place)
    found = []
    for name, table in TABLES.items():
        parts = kept.tables.get(name, {})
        months = sorted(month for month in parts if month[:1].isdigit())
        aside = sum(part.rows for part in kept.quarantine.values() if part.path.startswith(_stem(name)))
        first, last = (months[0], months[-1]) if months else ("", "")
        found.append(Held(table, kept.rows(name), len(parts), first, last, aside))
    return found


def _stem(name: str) -> str:
    return f"{manifest.PARTS}/quarantine-{name}-"


def imports(*, officer: Officer, state: str = "", table: str = "") -> QuerySet[Import]:
    """Imports, newest first, by state and table where these are given."""
    require(officer, "lake.see")
    found = Import.objects.order_by("-created_at")
    found = found.filter(work__state=state) if state in Work.State.values else found
    return found.filter(table=table) if table else found


def import_of(*, officer: Officer, import_id: uuid.UUID) -> Import:
    """One import. Raises NotFound (no_import)."""
    require(officer, "lake.see")
    found = Import.objects.filter(pk=import_id).first()
    if found is None:
        raise NotFound("no_import", "没有这次导入；请回到列表刷新。")
    return found


def put_aside(
    *, officer: Officer, file: str = "", reason: str = "", offset: int = 0, limit: int = 50
) -> quarantine.Found:
    """The quarantine, by file and line."""
    require(officer, "lake.rows")
    return quarantine.rows(folder(), file=file, reason=reason, offset=offset, limit=limit)


def row_aside(*, officer: Officer, file: str, line: int) -> quarantine.Row:
    """One row of the quarantine. Raises NotFound (no_quarantined_row)."""
    require(officer, "lake.rows")
    return quarantine.row(folder(), file=file, line=line)


def shown_value(row: quarantine.Row) -> str:
    """What broke the rule, masked where the column is personal; what does not fall into columns may hold anything."""
    table = TABLES[row.table]
    if row.column in table.names:
        return masking.masked(table.column(row.column), row.value)
    return "***" if table.personal else str(masked_numbers(row.raw))


def freshness(*, officer: Officer) -> list[quality.Freshness]:
    """How fresh each table is, with weeks and gaps."""
    require(officer, "lake.see")
    return quality.freshness(folder(), today())


def orphans(*, officer: Officer) -> list[quality.Orphans]:
    """What refers to nothing."""
    require(officer, "lake.see")
    return quality.orphans(folder())
