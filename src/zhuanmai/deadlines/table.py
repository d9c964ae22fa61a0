"""A table of terms to compute: `case_id` or `id`, `term`, `events`, perhaps `kind` → the same id, `due`, `provisional`.

Pure but for the text it is given; nothing here opens a file or asks the database.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from zhuanmai.deadlines.answers import Answer, answer
from zhuanmai.deadlines.counting import Uncountable
from zhuanmai.deadlines.events import Unreadable, read
from zhuanmai.deadlines.rules import Rules
from zhuanmai.reference.calendar import Days

IDS = ("case_id", "id")
NEEDED = ("term", "events")


class NotThisForm(ValueError):
    """The file is not a table of terms; the sentence says what is missing."""


@dataclass(frozen=True)
class Computed:
    """One row: its line in the file, its id, what it comes to; `why` says why nothing came out."""

    line: int
    id: str
    answer: Answer
    why: str = ""


def computed(text: str, rules: Rules, calendar: Days) -> tuple[str, list[Computed]]:
    """The id column's name and every row. Raises NotThisForm."""
    longest = csv.field_size_limit(len(text) + 1)  # a cell that is too long is its row's fault, not the table's
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        given = [(name or "").strip() for name in reader.fieldnames or ()]
        reader.fieldnames = given
        id_column = next((name for name in IDS if name in given), "")
        missing = [name for name in NEEDED if name not in given] + ([] if id_column else ["case_id 或 id"])
        if missing:
            raise NotThisForm(f"缺少列：{'、'.join(missing)}；首行应有 case_id 或 id、term、events（可有 kind）。")
        return id_column, list(_rows(reader, id_column, rules, calendar))
    except csv.Error as error:
        raise NotThisForm(f"第 {reader.line_num} 行不是有效的 CSV（{error}）；请另存为 UTF-8 的 CSV。") from None
    finally:
        csv.field_size_limit(longest)


def written(id_column: str, rows: list[Computed]) -> str:
    """The answers as CSV with Unix line ends."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((id_column, "due", "provisional"))
    for row in rows:
        writer.writerow((row.id, row.answer.due, "yes" if row.answer.provisional else "no"))
    return out.getvalue()


def _rows(reader: csv.DictReader[str], id_column: str, rules: Rules, calendar: Days) -> Iterator[Computed]:
    for row in reader:
        cells = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str | None)}
        if not any(cells.values()):
            continue
        found, why = Answer(""), ""
        try:
            found = answer(cells["term"], read(cells["events"]), rules, calendar, cells.get("kind", ""))
            if not found.due:
                why = "；".join(found.notes)
        except (Uncountable, Unreadable) as error:
            why = str(error)
        except (OverflowError, ValueError):
            why = "日期或天数超出可计算的范围。"
        yield Computed(reader.line_num, cells[id_column], found, why)
