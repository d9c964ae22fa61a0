"""What an officer chose for themselves: views of lists. Not acts of the bureau, so not on the ledger."""

from __future__ import annotations

from typing import Any, TypedDict

from django.db import transaction

from zhuanmai.accounts.models import Officer, Preference
from zhuanmai.core.errors import Refused

_VIEWS = "views"
_MOST_VIEWS = 12
_LONGEST_NAME = 20


class SavedView(TypedDict):
    """A list as its filters left it: a name, and the query string."""

    name: str
    query: str


def views_of(officer: Officer, path: str) -> list[SavedView]:
    """The officer's saved views of the list at this path, in the order they were kept."""
    kept = Preference.objects.filter(officer=officer).values_list("values", flat=True).first() or {}
    views: list[SavedView] = kept.get(_VIEWS, {}).get(path, [])
    return views


def keep_view(*, officer: Officer, path: str, name: str, query: str) -> None:
    """Keep a view under a name; the same name again replaces it. Raises Refused (view_name, too_many_views)."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Refused("view_name", f"请给视图起个名字，不超过 {_LONGEST_NAME} 个字。", field="name")
    with transaction.atomic():
        row = _locked(officer)
        views = [view for view in _list(row, path) if view["name"] != name]
        if len(views) >= _MOST_VIEWS:
            raise Refused("too_many_views", f"每个列表最多保存 {_MOST_VIEWS} 个视图；请先删除不用的。", field="name")
        _set(row, path, [*views, SavedView(name=name, query=query)])


def forget_view(*, officer: Officer, path: str, name: str) -> None:
    """Forget a view; one that is not there is forgotten already."""
    with transaction.atomic():
        row = _locked(officer)
        _set(row, path, [view for view in _list(row, path) if view["name"] != name])


def _locked(officer: Officer) -> Preference:
    Preference.objects.get_or_create(officer=officer)
    return Preference.objects.select_for_update().get(officer=officer)


def _list(row: Preference, path: str) -> list[SavedView]:
    views: list[SavedView] = row.values.get(_VIEWS, {}).get(path, [])
    return views


def _set(row: Preference, path: str, views: list[SavedView]) -> None:
    kept: dict[str, Any] = {**row.values.get(_VIEWS, {}), path: views}
    row.values = {**row.values, _VIEWS: {where: found for where, found in kept.items() if found}}
    row.save(update_fields=["values"])
