"""The valuation sheet (核价表) as XLSX with live formulas, as prosecutors and price bureaus ask for it."""

from __future__ import annotations

import io
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from zhuanmai.documents import catalogue
from zhuanmai.enforcement.case_facts import CaseFacts, ItemLine

_HEAD = ("序号", "品种规格", "条码", "单位", "数量", "单价（元）", "合计（元）", "种类", "备注")
_WIDTHS = (6, 34, 17, 7, 10, 13, 15, 14, 32)
_THIN = Side(style="thin")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_FIRST = 5


def valuation(facts: CaseFacts) -> bytes:
    """The valuation sheet: a line's amount is quantity × price, the total a sum, both as formulas.

    A line that has no price has no amount and is named 未核价; the number of such lines is counted by formula too.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "核价表"
    _title(sheet, facts)
    for offset, line in enumerate(facts.items.lines):
        _line(sheet, _FIRST + offset, line)
    _foot(sheet, facts, _FIRST + len(facts.items.lines))
    _paper(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _title(sheet: Worksheet, facts: CaseFacts) -> None:
    causes = facts.causes.words if facts.causes else ""
    filed = f"（{facts.case.number}）" if facts.case.number else "（尚未立案）"
    for row, (words, size) in enumerate(
        (
            (facts.unit.name, 14),
            (catalogue.kind("D13").name, 16),
            (f"{facts.party.name or ''}{causes}一案{filed}", 11),
        ),
        start=1,
    ):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(_HEAD))
        cell = _write(sheet.cell(row, 1), words)
        cell.font = Font(size=size, bold=row < 3)
        cell.alignment = Alignment(horizontal="center" if row < 3 else "left", vertical="center", wrap_text=True)
        sheet.row_dimensions[row].height = size * 1.9
    for column, words in enumerate(_HEAD, start=1):
        cell = sheet.cell(_FIRST - 1, column, words)
        cell.font, cell.border = Font(bold=True), _BORDER
        cell.alignment = Alignment(horizontal="center")


def _line(sheet: Worksheet, row: int, line: ItemLine) -> None:
    remark = "；".join(words for words in (line.price_mark, line.price_reason, line.note) if words)
    quantity, price = _number(line.quantity), _number(line.price)
    values = (
        line.no,
        line.name,
        line.barcode,
        line.unit,
        quantity,
        price,
        _amount(row, line),
        line.kind_zh or "",
        remark,
    )
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column, value) if column == 7 else _write(sheet.cell(row, column), value)
        cell.border = _BORDER
        cell.alignment = Alignment(vertical="center", wrap_text=True, horizontal="center" if column in (1, 4) else None)
        if column in (6, 7):
            cell.number_format = "#,##0.00"


def _foot(sheet: Worksheet, facts: CaseFacts, row: int) -> None:
    last = row - 1
    lines = bool(facts.items.lines)
    sums = f"=SUM(G{_FIRST}:G{last})" if lines else 0
    unpriced = f'=COUNTBLANK(F{_FIRST}:F{last})&"项未核价"' if lines else "0项未核价"
    for column, value in ((1, "合计"), (5, _carton_sum(facts, last)), (7, sums), (9, unpriced)):
        sheet.cell(row, column, value).font = Font(bold=True)
    sheet.cell(row, 7).number_format = "#,##0.00"
    for column in range(1, len(_HEAD) + 1):
        sheet.cell(row, column).border = _BORDER
    notes = [
        ("合计", facts.items.totals.words if facts.items.totals else None),
        ("价格依据", facts.prices.basis),
        ("核价人", facts.valuer),
        ("经办人", "、".join(officer.name for officer in facts.officers)),
        ("核价日期", f"{facts.document.dated_on:%Y-%m-%d}" if facts.document.dated_on else None),
    ]
    for offset, (label, words) in enumerate(notes, start=2):
        here = row + offset
        sheet.cell(here, 1, label)
        sheet.merge_cells(start_row=here, start_column=2, end_row=here, end_column=len(_HEAD))
        cell = _write(sheet.cell(here, 2), words or "")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[here].height = 16 * (
            1 + sum(len(part) // 62 + 1 for part in (words or "").split("\n")) - 1
        )


def _carton_sum(facts: CaseFacts, last: int) -> str:
    return f'=SUMIF(D{_FIRST}:D{last},"条",E{_FIRST}:E{last})' if facts.items.lines else "0"


def _amount(row: int, line: ItemLine) -> str | float | None:
    """Quantity × price where the price is per the unit counted in; else the amount as it was computed."""
    if line.price is None:
        return None
    return f"=ROUND(E{row}*F{row},2)" if line.per in (None, line.unit) else _number(line.value)


def _number(value: Decimal | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _write(cell: Cell, value: str | float | None) -> Cell:
    """Write what someone entered: words that begin with = are words, not a formula."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _paper(sheet: Worksheet) -> None:
    for column, width in zip("ABCDEFGHI", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = f"A{_FIRST}"
    sheet.print_title_rows = f"{_FIRST - 1}:{_FIRST - 1}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
