"""Keys under which a tablet keeps an officer's data: made from a secret of the server, never kept on the tablet.

An officer has one key on each device; each subject (a case) has a key of its own made from it, which the tablet can
make by itself, so that one subject can be handed over without the others. Keys are 32 bytes, for AES-GCM.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid

from django.conf import settings


def officer_key(officer_id: uuid.UUID, device: uuid.UUID) -> bytes:
    """The officer's key on this device: given to their own session only."""
    return _made(settings.DEVICE_SECRET.encode(), f"{officer_id}|{device}")


def subject_key(officer_id: uuid.UUID, device: uuid.UUID, subject_id: uuid.UUID) -> bytes:
    """The officer's key on this device for one subject; the tablet makes the same (frontend/field/sealing.ts)."""
    return _made(officer_key(officer_id, device), f"subject|{subject_id}")


def _made(secret: bytes, name: str) -> bytes:
    return hmac.new(secret, name.encode(), hashlib.sha256).digest()
