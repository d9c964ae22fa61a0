"""One way to write a value down, so that the same row has the same digest before it is saved and after it is read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Field, Model


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no white space, UTF-8; dates ISO, moments UTC, ids as text. Raises TypeError otherwise."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of the canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def digest_of_row(row: Model, excluded: frozenset[str]) -> str:
    """SHA-256 (hex) over all columns of a row but the excluded ones, as the database keeps them."""
    return digest_of(
        {
            field.attname: _as_stored(field, getattr(row, field.attname))
            for field in row._meta.concrete_fields
            if field.name not in excluded
        }
    )


def _as_stored(field: Field[Any, Any], value: Any) -> Any:
    value = field.to_python(value) if value is not None else None
    if isinstance(field, DecimalField) and value is not None:
        return format(Decimal(value).quantize(Decimal(1).scaleb(-field.decimal_places)), "f")
    return value


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return str(value) if isinstance(value, str) else value
        case float():
            return repr(value)
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
        case dt.date() | dt.time():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case bytes() | memoryview():
            return bytes(value).hex()
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(inner) for inner in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")
