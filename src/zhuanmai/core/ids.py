"""Identifiers: time-ordered UUIDs (UUIDv7, RFC 9562), made by whoever acts, on the tablet or on the server."""

from __future__ import annotations

import uuid

import uuid6


def new_id() -> uuid.UUID:
    """Make a UUIDv7: unique, and ordered by the moment it was made (RFC 9562, 5.7)."""
    return uuid.UUID(int=uuid6.uuid7().int)


def derived_id(*parts: object) -> uuid.UUID:
    """Make the same id from the same parts on every machine (UUIDv5), so that two tablets name one line alike."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts))


_NAMESPACE = uuid.UUID("6b1f9a52-6f5a-5b83-9f0e-0d6f2a7c4e11")
