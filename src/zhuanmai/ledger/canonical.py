"""One way to write a value down, so that the same row has the same digest before it is saved and after it is read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import DateTimeField, DecimalField, Field, JSONField, Model
from django.utils import timezone


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no white space, UTF-8; dates ISO, moments UTC, ids as text, sets sorted.

    Raises TypeError for what has no such form, ValueError for a moment without a time zone and for NaN and infinity.
    """
    plain = _plain(value)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of the canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def digest_of_row(row: Model, excluded: frozenset[str]) -> str:
    """SHA-256 (hex) over all columns of a row but the excluded ones, as the database keeps them.

    A row that was saved with an expression (F("n") + 1) is read again first.
    """
    if any(hasattr(value, "resolve_expression") for value in row.__dict__.values()):
        row.refresh_from_db()
    return digest_of(stored_values(row, excluded))


def stored_values(row: Model, excluded: frozenset[str]) -> dict[str, Any]:
    """A row's columns, but the excluded ones, each as the database gives it back."""
    return {
        field.attname: as_stored(field, getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.name not in excluded
    }


def as_stored(field: Field[Any, Any], value: Any) -> Any:
    """A value as PostgreSQL keeps it in that column: decimals rounded half up, moments aware, JSON as encoded."""
    if value is None:
        return None
    value = field.to_python(value)
    if isinstance(field, DecimalField):
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-field.decimal_places), ROUND_HALF_UP)
        return format(rounded if rounded else abs(rounded), "f")
    if isinstance(field, DateTimeField) and timezone.is_naive(value):
        return timezone.make_aware(value)
    if isinstance(field, JSONField) and field.encoder is not None:
        return json.loads(json.dumps(value, cls=field.encoder))
    return value


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case str():
            return str.__str__(value)
        case float():
            return _number(value)
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            if value.tzinfo is None:
                raise ValueError(f"{value} has no time zone")
            return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
        case dt.date() | dt.time():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case bytes() | memoryview():
            return bytes(value).hex()
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case set() | frozenset():
            return [_plain(inner) for inner in sorted(value, key=canonical)]
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def _number(value: float) -> float | int:
    """jsonb keeps numbers as decimals, so 1e22 comes back as a whole number and -0.0 as 0; so are they written here."""
    return int(Decimal(repr(value))) if value.is_integer() else value
