"""What may be written: rooms register their kinds of entry and the tables whose rows the ledger vouches for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext


@dataclass(frozen=True)
class Kind:
    """A kind of entry: its name, its sentence with {field} places, its fields, and those facts that are personal."""

    name: str
    sentence: str
    fields: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table under the ledger: the model and the columns that do not count (caches, counters)."""

    model: type[Model]
    excluded: frozenset[str]


_kinds: dict[str, Kind] = {}
_tables: dict[str, Table] = {}
_codes: dict[str, Any] = {}


def register(kind: str, *, sentence: str, fields: tuple[str, ...] = (), personal: tuple[str, ...] = ()) -> None:
    """Register a kind of entry: facts that stay for good, and personal ones, which retention may erase.

    Raises ValueError if the name is taken by a different kind, a fact is both, or the sentence names an unknown one.
    """
    made = Kind(kind, sentence, fields, personal)
    if both := set(fields) & set(personal):
        raise ValueError(f"{kind}: {sorted(both)} cannot be personal and stay for good")
    named = {name.partition(".")[0] for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    if unknown := named - {*fields, *personal}:
        raise ValueError(f"{kind}: the sentence names {sorted(unknown)}, which the kind does not have")
    if _kinds.setdefault(kind, made) != made:
        raise ValueError(f"the entry kind {kind} is registered already, and differs")


def say(codes: Mapping[str, Any]) -> None:
    """Codes that stand as facts of entries, each with its words: the entry keeps the code, who reads it the words.

    Words are Chinese, or lazy ones that know the reader's language. Raises ValueError for a code that a room says
    otherwise already.
    """
    for code, words in codes.items():
        if str(_codes.setdefault(code, words)) != str(words):
            raise ValueError(f"{code} is said as {_codes[code]} already, not as {words}")


def codes() -> dict[str, Any]:
    """All codes that may stand as facts, with their words."""
    return dict(_codes)


def said(words: Any) -> str:
    """A code, a sentence of a kind, or words that the platform puts into facts, in the reader's language: the ledger
    keeps Chinese, and the rooms' English catalogues (locale/en) say it in English. What is none of these stays."""
    found = str(_codes.get(words, words))
    return gettext(found) if found else ""


def register_table(model: type[Model], *, exclude: tuple[str, ...] = ()) -> None:
    """Put a table under the ledger: each row's digest stands in the entry of the act that last changed it.

    Raises ValueError if an excluded column does not exist, or if the table is registered already, and differs.
    """
    made = Table(model, frozenset(exclude))
    if unknown := made.excluded - {field.name for field in model._meta.concrete_fields}:
        raise ValueError(f"{label_of(model)} has no columns {sorted(unknown)}")
    if _tables.setdefault(label_of(model), made) != made:
        raise ValueError(f"{label_of(model)} is under the ledger already, with other columns")


def forget(room: str) -> None:
    """Take a room's kinds of entry and its tables back, for tests that register some of their own."""
    for registered in (_kinds, _tables):
        for name in [name for name in registered if name.startswith(f"{room}.")]:
            del registered[name]


def label_of(model: type[Model] | Model) -> str:
    """The name under which a table's rows stand in entries: app.model, lower case."""
    return model._meta.label_lower


def kind_of(name: str) -> Kind:
    """The registered kind. Raises LookupError for an unregistered one: nothing unforeseen gets on the ledger."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"the entry kind {name} is not registered") from None


def table_of(row: Model) -> Table:
    """The registered table of a row. Raises LookupError if its model is not under the ledger."""
    try:
        return _tables[label_of(row)]
    except KeyError:
        raise LookupError(f"{label_of(row)} is not under the ledger") from None


def kinds() -> list[Kind]:
    """All registered kinds by name."""
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def tables() -> dict[str, Table]:
    """All tables under the ledger by label."""
    return dict(_tables)
