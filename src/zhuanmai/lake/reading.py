"""Files as columns of text with the line each row begins in: CSV, XLSX and Parquet, in chunks, from any offset. Pure.

A CSV is read as lines first, so that one broken row costs one row: every line has its own count of separators and
quotes and its own encoding, and only the lines that are in order go to the fast parser.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from zhuanmai.core.errors import Refused
from zhuanmai.core.workbooks import FOR_A_JOB, measured

LINE = "_line"
BLOCK_BYTES = 32 * 2**20
_BATCH_ROWS = 500_000
_XLSX_ROWS = 20_000
_LONGEST_RECORD_LINES = 200  # a quote that is not closed within so many lines is a stray one
_LONGEST_LINE = 2 * BLOCK_BYTES
_MOST_COLUMNS = 500
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Broken:
    """A row that does not fall into the file's columns: the line it begins in, why, and what stands there."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Place:
    """Where reading goes on: bytes into a CSV, rows into the others; and the number of the next line."""

    offset: int
    line: int


@dataclass(frozen=True)
class Chunk:
    """Some rows, as text by column with `_line`; those that could not be read; and where the next chunk begins."""

    rows: pa.Table
    broken: list[Broken]
    next: Place


@dataclass
class Source:
    """A file that can be read from a place: its columns as its header writes them, its first place, its length."""

    path: Path
    columns: list[str]
    first: Place
    length: int
    chunks_from: Any = field(repr=False)


def source(path: Path) -> Source:
    """Open a file by its ending. Raises Refused: import_format, import_encoding, import_broken, import_empty."""
    ending = path.suffix.lower()
    try:
        if ending == ".csv":
            return _csv(path)
        if ending == ".parquet":
            return _parquet(path)
        if ending in (".xlsx", ".xlsm"):
            return _xlsx(path)
    except (InvalidFileException, zipfile.BadZipFile, pa.ArrowInvalid, KeyError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise Refused("import_missing", f"找不到文件 {path.name}；请核对路径。", "file") from None
        raise Refused("import_broken", f"打不开 {path.name}；请重新导出后再导入。", "file") from error
    raise Refused("import_format", "只认 CSV、XLSX 或 Parquet 文件；请另存为其中一种后再导入。", "file")


def split(line: str) -> list[str]:
    """The values of one CSV record."""
    return next(csv.reader(io.StringIO(line, newline="")), [])


def joined(values: Sequence[str]) -> str:
    """One CSV record of these values, without the line's end."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()


def _csv(path: Path) -> Source:
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.readline(_LONGEST_LINE)
    if len(head) == _LONGEST_LINE:
        raise Refused("import_broken", f"{path.name} 的表头长得读不下；请核对换行后重新导出。", "file")
    if not head.strip():
        raise Refused("import_empty", "文件是空的；第一行应是表头，其下是数据。", "file")
    try:
        text = head.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("import_encoding", "文件不是 UTF-8 编码；请另存为“CSV UTF-8”后再导入。", "file") from None
    columns = [name.strip() for name in split(text.rstrip("\r\n"))]

    def chunks(place: Place) -> Iterator[Chunk]:
        with path.open("rb") as handle:
            handle.seek(place.offset)
            yield from _csv_chunks(handle, columns, place)

    return Source(path, columns, Place(len(head), 2), size, chunks)


def _csv_chunks(handle: Any, columns: list[str], place: Place) -> Iterator[Chunk]:
    carry = b""
    while True:
        read = handle.read(BLOCK_BYTES)
        data = carry + read
        if not data:
            return
        if not read and not data.endswith(b"\n"):
            data += b"\n"
        end = data.rfind(b"\n") + 1
        if not end:
            if len(data) > _LONGEST_LINE:
                raise Refused("import_broken", "有一行长得读不下；请核对换行后重新导出。", "file")
            carry = data
            continue
        lines = _Lines(data[:end], place, columns, last=not read)
        chunk = lines.chunk()
        carry = data[lines.used :]
        if lines.used:
            yield chunk
            place = lines.next
        if not read:
            return


class _Lines:
    """One block of a CSV, line by line: which lines are plain, which have quotes, which are broken."""

    def __init__(self, data: bytes, place: Place, columns: list[str], *, last: bool) -> None:
        self.data, self.place, self.columns, self.last = data, place, columns, last
        octets = np.frombuffer(data, np.uint8)
        self.ends = np.flatnonzero(octets == 10)
        self.starts = np.concatenate(([0], self.ends[:-1] + 1))
        self.used = len(data)
        self.lines_used = len(self.ends)
        self.broken: list[Broken] = []
        self.quoted: list[tuple[int, list[str]]] = []
        self._octets = octets

    @property
    def next(self) -> Place:
        """Where the next block begins."""
        offset = min(self.place.offset + self.used, self.place.offset + len(self.data))
        return Place(offset, self.place.line + self.lines_used)

    def chunk(self) -> Chunk:
        """The block's rows."""
        commas = self._count(44)
        strange = np.zeros(len(self.ends), bool)
        self._undecodable(strange)
        special = np.zeros(len(self.ends), bool)
        if b'"' in self.data or b"\r" in self.data:
            special = (self._count(34) > 0) | self._inner_returns()
        lengths = self.ends - self.starts
        empty = (lengths == 0) | ((lengths == 1) & (self._octets[self.starts] == 13))
        wrong = (commas != len(self.columns) - 1) & ~empty & ~special & ~strange
        for index in np.flatnonzero(wrong):
            reason = "too_many" if commas[index] >= len(self.columns) else "too_few"
            self.broken.append(Broken(self._number(index), reason, self._text(index)))
        self._quoted(np.flatnonzero(special & ~strange), strange)
        plain = ~(strange | special | wrong | empty)
        plain[self.lines_used :] = False
        self.broken = [one for one in self.broken if one.line < self.place.line + self.lines_used]
        rows = pa.concat_tables([self._plain_rows(plain), self._quoted_rows()])
        return Chunk(rows, self.broken, self.next)

    def _count(self, octet: int) -> np.ndarray[Any, Any]:
        """How often a byte stands in each line."""
        at = np.flatnonzero(self._octets == octet)
        counts: np.ndarray[Any, Any] = np.diff(np.searchsorted(at, self.ends), prepend=0)
        return counts

    def _inner_returns(self) -> np.ndarray[Any, Any]:
        """Lines with a carriage return that does not end them."""
        at_end = self._octets[np.maximum(self.ends - 1, self.starts)] == 13
        inner: np.ndarray[Any, Any] = self._count(13) > at_end
        return inner

    def _undecodable(self, strange: np.ndarray[Any, Any]) -> None:
        """Mark the lines that are not UTF-8, and put them with the broken."""
        begin = 0
        while begin < len(self.data):
            try:
                self.data[begin:].decode("utf-8") if begin else self.data.decode("utf-8")
                return
            except UnicodeDecodeError as error:
                index = int(np.searchsorted(self.ends, begin + error.start))
                strange[index] = True
                self.broken.append(Broken(self._number(index), "encoding", self._text(index)))
                begin = int(self.ends[index]) + 1

    def _quoted(self, indexes: np.ndarray[Any, Any], strange: np.ndarray[Any, Any]) -> None:
        """Read the lines with quotes; a record that goes on in the next block ends this block before it."""
        done = -1
        for index in map(int, indexes):
            if index <= done:
                continue
            until = index
            text = self._text(index)
            while text.count('"') % 2 and until - index < _LONGEST_RECORD_LINES and until + 1 < len(self.ends):
                until += 1
                text += "\n" + self._text(until)
            if text.count('"') % 2:
                if not self.last and until - index < _LONGEST_RECORD_LINES:
                    self.used, self.lines_used = int(self.starts[index]), index
                    return
                self.broken.append(Broken(self._number(index), "quote", self._text(index)))
                done = index
                continue
            done = until
            strange[index : until + 1] = True
            self._record(index, text)

    def _record(self, index: int, text: str) -> None:
        values = split(text)
        number = self._number(index)
        self.broken = [one for one in self.broken if not number < one.line <= number + text.count("\n")]
        if len(values) == len(self.columns):
            self.quoted.append((number, values))
        else:
            reason = "too_many" if len(values) > len(self.columns) else "too_few"
            self.broken.append(Broken(number, reason, text))

    def _plain_rows(self, plain: np.ndarray[Any, Any]) -> pa.Table:
        """The lines without quotes, by the fast parser."""
        numbers = np.flatnonzero(plain) + self.place.line
        if not len(numbers):
            return _as_table([], [], self.columns)
        data: Any = pa.py_buffer(self.data)
        if len(numbers) < len(plain):
            edges = np.flatnonzero(np.diff(np.concatenate(([False], plain, [False])).astype(np.int8)))
            runs = zip(edges[::2], edges[1::2] - 1, strict=True)
            data = pa.py_buffer(b"".join(self.data[self.starts[a] : self.ends[b] + 1] for a, b in runs))
        rows = pa_csv.read_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(column_names=self.columns, block_size=4 * 2**20),
            parse_options=pa_csv.ParseOptions(quote_char=False, double_quote=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(self.columns, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
        return rows.append_column(LINE, pa.array(numbers, pa.int64()))

    def _quoted_rows(self) -> pa.Table:
        return _as_table([number for number, _ in self.quoted], [values for _, values in self.quoted], self.columns)

    def _number(self, index: Any) -> int:
        return self.place.line + int(index)

    def _text(self, index: Any) -> str:
        return self.data[self.starts[index] : self.ends[index]].rstrip(b"\r").decode("utf-8", "replace")


def _as_table(numbers: list[int], rows: list[list[str]], columns: list[str]) -> pa.Table:
    values = zip(*rows, strict=True) if rows else [[] for _ in columns]
    arrays = [pa.array(column, pa.string()) for column in values]
    return pa.table([*arrays, pa.array(numbers, pa.int64())], names=[*columns, LINE])


def _parquet(path: Path) -> Source:
    file = pq.ParquetFile(path)
    columns = [name.strip() for name in file.schema_arrow.names]
    if len(columns) > _MOST_COLUMNS:
        raise Refused("import_large", f"{path.name} 超过 {_MOST_COLUMNS} 列；请只导出表中的列。", "file", status=413)

    def chunks(place: Place) -> Iterator[Chunk]:
        at = 0
        for batch in pq.ParquetFile(path).iter_batches(_BATCH_ROWS):
            begin, at = at, at + batch.num_rows
            if at <= place.offset:
                continue
            rows = pa.Table.from_batches([batch]).rename_columns(columns)
            numbers = pa.array(np.arange(begin + 1, at + 1), pa.int64())
            yield Chunk(rows.append_column(LINE, numbers), [], Place(at, at + 1))

    return Source(path, columns, Place(0, 1), file.metadata.num_rows, chunks)


def _xlsx(path: Path) -> Source:
    measured(path, FOR_A_JOB)
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        head = next(sheet.iter_rows(values_only=True), ())
        length = sheet.max_row or 0
    finally:
        book.close()
    columns = [_cell(value) for value in head]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise Refused("import_empty", "工作表是空的；第一行应是表头，其下是数据。", "file")

    def chunks(place: Place) -> Iterator[Chunk]:
        yield from _xlsx_chunks(path, columns, place)

    return Source(path, columns, Place(1, 2), length, chunks)


def _xlsx_chunks(path: Path, columns: list[str], place: Place) -> Iterator[Chunk]:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        numbers: list[int] = []
        rows: list[list[str]] = []
        broken: list[Broken] = []
        line = place.line
        for line, cells in enumerate(
            book.worksheets[0].iter_rows(min_row=place.line, values_only=True), start=place.line
        ):
            values = [_cell(value) for value in cells]
            if any(values[len(columns) :]):
                broken.append(Broken(line, "too_many", joined(values)))
            elif any(values):
                numbers.append(line)
                rows.append((values + [""] * len(columns))[: len(columns)])
            if len(numbers) + len(broken) >= _XLSX_ROWS:
                yield Chunk(_as_table(numbers, rows, columns), broken, Place(line, line + 1))
                numbers, rows, broken = [], [], []
        if numbers or broken:
            yield Chunk(_as_table(numbers, rows, columns), broken, Place(line, line + 1))
    finally:
        book.close()


def _cell(value: Any) -> str:
    """A cell as a CSV would write it: dates in ISO, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()


def as_text(rows: pa.Table) -> pa.Table:
    """All columns as text (Parquet files bring their own types); money and numbers keep their shortest form."""
    made = rows
    for index, column in enumerate(rows.schema):
        if column.name == LINE or pa.types.is_string(column.type):
            continue
        values = rows.column(index)
        if pa.types.is_dictionary(column.type):
            values = pc.cast(values, column.type.value_type)
        if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
            values = pc.binary_join(pc.cast(values, pa.list_(pa.string())), ";")
        elif pa.types.is_timestamp(values.type) and values.type.tz:
            values = pc.local_timestamp(pc.cast(values, pa.timestamp("us", "Asia/Shanghai")))
        elif pa.types.is_floating(values.type):
            values = pc.round(pc.cast(values, pa.float64()), 9)
            values = pc.if_else(pc.is_nan(values), None, values)
        made = made.set_column(index, column.name, pc.cast(values, pa.string()))
    return made
