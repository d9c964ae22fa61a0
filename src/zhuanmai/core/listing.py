"""Lists: one declaration of columns for headings, order, cells, sheet and masks; order and page from the address.

A room declares a list once (`declare`); its view makes a `Table` of it, answers with its sheet where one is asked for,
and draws it with core/list.html or core/_table.html. A cell that needs more than words has a template of its own.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse

from zhuanmai.core.clock import to_local
from zhuanmai.core.exports import exported

ROWS_A_PAGE = 50
_AT_ONCE = 2000  # rows of a sheet made ready together
_YEARS = range(1900, 2200)
_DIGITS = 9


@dataclass(frozen=True)
class Order:
    """The order that the address asks for: the column's public name, and whether it goes down."""

    name: str
    down: bool

    @property
    def value(self) -> str:
        """As the address writes it: `due`, or `-due` when it goes down."""
        return f"-{self.name}" if self.down else self.name


@dataclass(frozen=True)
class Column:
    """One column of a list.

    `value` of a row goes into the sheet, and onto the page as words (days, minutes and amounts in their usual form),
    unless `template` draws the cell from `one`, the row. `order`: the model's field, or for rows that are no query a
    function, by which the column sorts; without one it does not. `mask` hides personal data, on the page and in the
    sheet alike. `link`: the cell leads to the row's page. A column may be for the page or for the sheet alone.
    """

    name: str
    heading: Any
    value: Callable[[Any], Any] = lambda row: ""
    order: str | Callable[[Any], Any] = ""
    mask: Callable[[str], Any] | None = None
    template: str = ""
    link: bool = False
    number: bool = False
    nowrap: bool = False
    code: bool = False
    hide_phone: bool = False
    bare: bool = False  # its heading is read out only
    on_page: bool = True
    in_sheet: bool = True

    @property
    def sorts(self) -> bool:
        """Whether the list can be put in its order (templates would call a function)."""
        return bool(self.order)

    def of(self, row: Any) -> Any:
        """The value of a row's cell, masked where it is personal."""
        value = self.value(row)
        return self.mask(value or "") if self.mask else value

    def in_a_sheet(self, row: Any) -> Any:
        """The same for a sheet: numbers and days as such, moments by the bureau's clocks with their zone (a sheet
        leaves the house: `2026-11-23 09:12:05+08:00`), else words."""
        value = self.of(row)
        if isinstance(value, dt.datetime):
            return to_local(value).isoformat(" ", "seconds")
        return value if value is None or isinstance(value, int | float | Decimal | dt.date) else str(value)


@dataclass(frozen=True)
class Listing:
    """A list as a room declares it: the page that shows it, its name as a file, its title, its columns.

    `dress` makes rows of the database ready, many at once (their words, what belongs to them); without `default` rows
    come as they are. `href` is the page of a (dressed) row.
    """

    url_name: str
    name: str
    title: Any
    columns: Sequence[Column]
    default: str = ""
    href: Callable[[Any], str] | None = None
    dress: Callable[[Sequence[Any]], Iterable[Any]] = tuple

    @property
    def on_page(self) -> list[Column]:
        """The columns of the page."""
        return [column for column in self.columns if column.on_page]

    @property
    def in_sheet(self) -> list[Column]:
        """The columns of the sheet."""
        return [column for column in self.columns if column.in_sheet]


_declared: dict[str, Listing] = {}


def declare(listing: Listing) -> Listing:
    """Declare a list. Raises ValueError if its page shows another one already."""
    if _declared.setdefault(listing.url_name, listing) is not listing:
        raise ValueError(f"{listing.url_name} shows a list already")
    return listing


def forget(url_name: str) -> None:
    """Take a list back, for tests that declare one of their own."""
    _declared.pop(url_name, None)


def declared() -> list[Listing]:
    """All lists that there are, by their pages."""
    return sorted(_declared.values(), key=lambda listing: listing.url_name)


@dataclass(frozen=True)
class Line:
    """A row as the page draws it."""

    one: Any
    href: str
    cells: Sequence[tuple[Column, Any]]

    @property
    def label(self) -> str:
        """What the row is called: the words of the cell that leads to its page."""
        return next((str(value) for column, value in self.cells if column.link), "")


@dataclass
class Table:
    """A declared list with its rows, as one address asks for it; `default` in place of the declared order."""

    listing: Listing
    request: HttpRequest
    rows: QuerySet[Any] | Sequence[Any]
    default: str | None = None
    bulk: str = ""  # the name of the box that selects a row, where it has bulk acts
    dress: Callable[[Sequence[Any]], Iterable[Any]] | None = (
        None  # in place of the declared one, where it needs who asks
    )

    @cached_property
    def order(self) -> Order:
        """The order that the address asks for."""
        default = self.listing.default if self.default is None else self.default
        return order_of(self.request, [column.name for column in self.listing.columns if column.order], default)

    @cached_property
    def sorted(self) -> QuerySet[Any] | Sequence[Any]:
        """The rows in that order: those without a value last either way, equal ones by their ids."""
        column = next((one for one in self.listing.columns if one.name == self.order.name), None)
        if column is None:
            return self.rows
        if isinstance(self.rows, QuerySet):
            by = F(str(column.order))
            wanted: OrderBy = by.desc(nulls_last=True) if self.order.down else by.asc(nulls_last=True)
            return self.rows.order_by(wanted, "pk")
        key = column.order if callable(column.order) else column.value
        known = [row for row in self.rows if key(row) is not None]
        return sorted(known, key=key, reverse=self.order.down) + [row for row in self.rows if key(row) is None]

    @cached_property
    def page_obj(self) -> Page[Any]:
        """The fifty rows that the address asks for."""
        return page_of(self.request, self.sorted)

    @cached_property
    def lines(self) -> list[Line]:
        """These as the page draws them."""
        columns = self.listing.on_page
        href = self.listing.href or (lambda one: "")
        return [
            Line(one, href(one), [(column, column.of(one)) for column in columns])
            for one in self._dressed(list(self.page_obj))
        ]

    def sheet(self) -> HttpResponse | None:
        """The sheet that ?export= asks for, of all rows, filtered and masked as on the page; None where none is."""
        headings = [column.heading for column in self.listing.in_sheet]
        return exported(self.request, self.listing.title, headings, self._cells)

    def _cells(self) -> Iterator[tuple[Any, ...]]:
        rows = self.sorted
        for start in range(0, len(rows), _AT_ONCE):
            for one in self._dressed(list(rows[start : start + _AT_ONCE])):
                yield tuple(column.in_a_sheet(one) for column in self.listing.in_sheet)

    def _dressed(self, rows: Sequence[Any]) -> Iterable[Any]:
        return (self.dress or self.listing.dress)(rows)

    def context(self, *, exports: bool = True) -> dict[str, Any]:
        """What core/list.html and core/_table.html draw it from."""
        return {"table": self, "page_obj": self.page_obj, "order": self.order, "exports": exports}


def day_of(text: str | None) -> dt.date | None:
    """The day that an address names, from 1900 to 2199, so that it can be counted from; None where it names none."""
    try:
        found = dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.year in _YEARS else None


def number_of(text: str | None) -> int | None:
    """The whole number that an address names, of at most nine digits; None where it names none."""
    return int(text) if text and len(text) <= _DIGITS and text.isascii() and text.isdecimal() else None


def uuid_of(text: str | None) -> uuid.UUID | None:
    """The id that an address names; None where it names none."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def order_of(request: HttpRequest, columns: Sequence[str], default: str) -> Order:
    """The order in ?sort=, or the default where it names no known column."""
    asked = request.GET.get("sort") or default
    if asked.lstrip("-") not in columns:
        asked = default
    return Order(asked.lstrip("-"), asked.startswith("-"))


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any]) -> Page[Any]:
    """The fifty rows that ?page= asks for (the nearest page where it is out of range)."""
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
