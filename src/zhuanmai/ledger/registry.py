"""What may be written: rooms register their kinds of entry and the tables whose rows the ledger vouches for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True)
class Kind:
    """A kind of entry: its name, its sentence with {field} places, its fields, and which of them are personal."""

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


def register(kind: str, *, sentence: str, fields: tuple[str, ...] = (), personal: tuple[str, ...] = ()) -> None:
    """Register a kind of entry. Raises ValueError if the name is taken by a different one."""
    made = Kind(kind, sentence, fields, personal)
    if _kinds.setdefault(kind, made) != made:
        raise ValueError(f"the entry kind {kind} is registered already, and differs")


def register_table(model: type[Model], *, exclude: tuple[str, ...] = ()) -> None:
    """Put a table under the ledger: each row's digest stands in the entry of the act that last changed it."""
    _tables[model._meta.label_lower] = Table(model, frozenset(exclude))


def kind_of(name: str) -> Kind:
    """The registered kind. Raises LookupError for an unregistered one: nothing unforeseen gets on the ledger."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"the entry kind {name} is not registered") from None


def table_of(row: Model) -> Table:
    """The registered table of a row. Raises LookupError if its model is not under the ledger."""
    try:
        return _tables[row._meta.label_lower]
    except KeyError:
        raise LookupError(f"{row._meta.label_lower} is not under the ledger") from None


def kinds() -> list[Kind]:
    """All registered kinds by name."""
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def tables() -> dict[str, Table]:
    """All tables under the ledger by label."""
    return dict(_tables)
