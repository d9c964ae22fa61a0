"""Tables that people upload: each way in which a small file is a large one is refused, soon, and holds up nobody."""

from __future__ import annotations

import ast
import io
import random
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from zhuanmai.core import sheets, workbooks
from zhuanmai.core.errors import Refused

SOURCE = Path(sheets.__file__).resolve().parents[1]
_SHEET = "xl/worksheets/sheet1.xml"
_NAMES = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def book(rows: list[list[object]]) -> bytes:
    """A workbook as a spreadsheet program saves it."""
    made = Workbook()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def with_parts(**parts: str | bytes) -> bytes:
    """The same workbook with other parts; a name's dots and slashes are written as they are."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book([["条码"], ["1"]]))) as old,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts.get(name, old.read(name) if name in old.namelist() else b""))
    return content.getvalue()


def with_sheet(rows: str, before: str = "") -> bytes:
    """A workbook whose sheet has these rows (XML)."""
    return with_parts(**{_SHEET: f"{before}<worksheet {_NAMES}><sheetData>{rows}</sheetData></worksheet>"})


def _unfolding() -> bytes:
    return with_sheet("<row r='1'><c r='A1' t='inlineStr'><is><t>x</t></is></c></row>" + " " * (60 << 20))


def _large_sheet() -> bytes:
    return with_sheet(f"{int.from_bytes(random.Random(1).randbytes(9 << 20)):b}")


def _many_cells() -> bytes:
    return with_sheet("".join(f"<row>{'<c><v>1</v></c>' * 100}</row>" for _ in range(4_100)))


def _last_cell() -> bytes:
    return with_sheet("".join(f"<row r='{n}'><c r='XFD{n}'><v>1</v></c></row>" for n in range(1, 20_000)))


def _last_row() -> bytes:
    return with_sheet("<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='A1048576'><v>1</v></c></row>")


def _row_behind_the_last() -> bytes:
    return with_sheet("<row r='999999999'><c><v>1</v></c></row>")


def _one_text_in_every_cell() -> bytes:
    cells = ("<row>" + "<c t='s'><v>0</v></c>" * 20 + "</row>") * 15_000
    texts = f"<sst {_NAMES}><si><t>{'字' * 30_000}</t></si></sst>"
    sheet = f"<worksheet {_NAMES}><sheetData>{cells}</sheetData></worksheet>"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = (
        f"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
        "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Override PartName='/xl/workbook.xml' ContentType='{kind}.sheet.main+xml'/>"
        f"<Override PartName='/{_SHEET}' ContentType='{kind}.worksheet+xml'/>"
        f"<Override PartName='/xl/styles.xml' ContentType='{kind}.styles+xml'/>"
        f"<Override PartName='/xl/sharedStrings.xml' ContentType='{kind}.sharedStrings+xml'/></Types>"
    )
    return with_parts(**{_SHEET: sheet, "xl/sharedStrings.xml": texts, "[Content_Types].xml": types})


def _styles() -> bytes:
    return with_parts(**{"xl/styles.xml": f"<styleSheet {_NAMES}><cellXfs>{'<xf/>' * 900_000}</cellXfs></styleSheet>"})


def _parts() -> bytes:
    return with_parts(**{f"xl/media/{n}.png": b"x" for n in range(2_100)})


def _entities() -> bytes:
    names = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
    before = f"<!DOCTYPE x [<!ENTITY e0 'xxxxxxxxxx'>{names}]>"
    return with_sheet("<row r='1'><c r='A1' t='inlineStr'><is><t>&e9;</t></is></c></row>", before)


def _of_another_file() -> bytes:
    before = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
    return with_sheet("<row r='1'><c r='A1' t='inlineStr'><is><t>&e;</t></is></c></row>", before)


def _not_closed() -> bytes:
    return with_sheet("<" + "a" * (3 << 20))


def _no_zip() -> bytes:
    return b"PK\x03\x04" + b"x" * 1000


def _cut() -> bytes:
    return book([["条码"]] * 50)[:-400]


LARGE = (_unfolding, _large_sheet, _many_cells, _last_cell, _last_row, _one_text_in_every_cell, _styles, _parts)
BROKEN = (_row_behind_the_last, _entities, _of_another_file, _not_closed, _no_zip, _cut)


@pytest.mark.parametrize("make", [*LARGE, *BROKEN])
def test_a_small_file_that_is_a_large_one_is_refused_soon(make: Callable[[], bytes]) -> None:
    content = make()
    assert len(content) < sheets.MOST_BYTES
    began, before = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(Refused) as refused:
        sheets.lines("a.xlsx", content)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert time.process_time() - began < 1, "nothing of it is done in this process"
    assert after.ru_utime - before.ru_utime < sheets.SECONDS + 2
    assert refused.value.code in ("import_large", "import_broken")
    assert refused.value.code == "import_large" or make in BROKEN


# Weighed from a small process: a child is never lighter than who started it.
WEIGHED = """
import resource, sys
from zhuanmai.core import errors, sheets
try:
    sheets.lines("a.xlsx", sys.stdin.buffer.read())
except errors.Refused:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize("make", LARGE)
def test_who_reads_a_large_table_stays_within_its_memory(make: Callable[[], bytes]) -> None:
    done = subprocess.run([sys.executable, "-c", WEIGHED], input=make(), capture_output=True, check=True)
    assert 0 < int(done.stdout) <= sheets.MEGABYTES << 10


@pytest.mark.parametrize(
    "name, content, rows",
    [
        ("a.xlsx", book([["a", None, "c"], [], [1.0, 2.5, None]]), [(1, ["a", "", "c"]), (3, ["1", "2.5"])]),
        ("a.XLSM", book([["a"]]), [(1, ["a"])]),
        ("a.csv", "条码,名\r\n\r\n1, 二 \r\n".encode("gb18030"), [(1, ["条码", "名"]), (3, ["1", "二"])]),
        ("a.csv", b'a\n"1\n2"\n', [(1, ["a"]), (3, ["1\n2"])]),
        ("a.csv", b"", []),
        ("a.csv", b"h\n" + b"1\n" * sheets.MOST_ROWS, sheets.MOST_ROWS + 1),
        ("a.csv", b"1," * (sheets.MOST_COLUMNS - 1) + b"1", 1),
        ("a.xlsx", book([list(range(1, sheets.MOST_COLUMNS + 1))]), 1),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_fits_is_read_with_its_lines(name: str, content: bytes, rows: list[sheets.Line] | int) -> None:
    found = sheets.lines(name, content)
    assert (len(found) if isinstance(rows, int) else found) == rows


@pytest.mark.parametrize(
    "name, content, code",
    [
        ("a.xls", b"x", "import_format"),
        ("a", b"x", "import_format"),
        ("a.csv", b"x" * (sheets.MOST_BYTES + 1), "import_large"),
        ("a.csv", b"h\n" + b"1\n" * (sheets.MOST_ROWS + 1), "import_large"),
        ("a.csv", b"1," * sheets.MOST_COLUMNS + b"1", "import_large"),
        ("a.xlsx", book([list(range(1, sheets.MOST_COLUMNS + 2))]), "import_large"),
        ("a.csv", b"1" * 131_073, "import_broken"),
        ("a.csv", b"\xff\xff", "import_encoding"),
    ],
    ids=range(8),
)  # fmt: skip
def test_what_does_not_fit_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        sheets.lines(name, content)
    assert refused.value.code == code


def test_a_job_reads_larger_ones_to_a_measure_too(tmp_path: Path) -> None:
    path = tmp_path / "licences.xlsx"
    path.write_bytes(_last_cell())
    with pytest.raises(Refused) as refused:
        workbooks.measured(path, workbooks.FOR_A_JOB)
    assert refused.value.code == "import_large"
    path.write_bytes(_last_row())
    workbooks.measured(path, workbooks.FOR_A_JOB)


OPENERS = {"load_workbook", "ZipFile", "DictReader", "reader", "ParquetFile", "read_csv", "read_parquet", "read_table"}
DOORS = {
    "core/sheets.py": "what people upload",
    "core/workbooks.py": "what people upload, in its process",
    "lake/engine.py": "the lake's own files",
    "lake/reading.py": "a job: read in pieces, workbooks measured",
    "reference/shipped.py": "files of this version",
    "deadlines/table.py": "a command's file",
    "sandbox/city/products.py": "files of this version",
    "sandbox/city/truth.py": "what the sandbox wrote",
    "sandbox/feedback.py": "what the sandbox wrote",
}


def _opened(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = getattr(getattr(node.func, "value", None), "id", "")
            if name in OPENERS and not (name == "reader" and owner != "csv"):
                yield name


def test_nobody_else_opens_a_table() -> None:
    found = {str(path.relative_to(SOURCE)) for path in SOURCE.glob("**/*.py") if any(_opened(path))}
    assert found == set(DOORS), "a table is read past core.sheets"
