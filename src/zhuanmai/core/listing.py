"""Lists: order and page from the address, fifty rows a page. Templates extend core/list.html."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Order:
    """The order that the address asks for: the column's public name, and whether it goes down."""

    name: str
    down: bool

    @property
    def value(self) -> str:
        """As the address writes it: `due`, or `-due` when it goes down."""
        return f"-{self.name}" if self.down else self.name


def day_of(text: str | None) -> dt.date | None:
    """The day that an address names; None where it names none."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


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


def listed(request: HttpRequest, rows: QuerySet[Any], *, columns: Mapping[str, str], default: str) -> dict[str, Any]:
    """The context of core/list.html: `page_obj` and `order`.

    `columns` names the sortable columns: public name → model field. Rows without a value come last either way, and
    equal ones keep the order of their ids.
    """
    order = order_of(request, list(columns), default)
    field = F(columns[order.name])
    by: OrderBy = field.desc(nulls_last=True) if order.down else field.asc(nulls_last=True)
    return {"page_obj": page_of(request, rows.order_by(by, "pk")), "order": order}
