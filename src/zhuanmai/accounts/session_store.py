"""Where sessions are kept (the setting SESSION_ENGINE): a table that says whose each is, since when and from where.

A cookie holds a session's key, the table its digest: who reads the table, or a backup of it, has nobody's session.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from zhuanmai.accounts.models import Session
from zhuanmai.core.ids import new_id
from zhuanmai.core.legible import digest

NUMBER, BEGAN, SEEN, ADDRESS, DEVICE = "number", "began_at", "seen_at", "address", "device"


class SessionStore(db.SessionStore):
    """A session in the database. What the row says of it stands in its data too, from which the row is written."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def create(self) -> None:
        """A new session under a new key and a new number, with the data of this one."""
        self._get_session(no_load=True).pop(NUMBER, None)  # type: ignore[attr-defined]
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of a session with this data."""
        data.setdefault(NUMBER, str(new_id()))
        return Session(
            session_key=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            number=uuid.UUID(data[NUMBER]),
            officer_id=data.get(SESSION_KEY),
            began_at=_moment(data, BEGAN),
            seen_at=_moment(data, SEEN),
            address=data.get(ADDRESS, ""),
            device=data.get(DEVICE, ""),
        )

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of this key."""
        return Session.objects.filter(session_key=digest(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        """End the session of this key, or this one."""
        if wanted := session_key or self.session_key:
            Session.objects.filter(session_key=digest(wanted)).delete()

    def _get_session_from_db(self) -> Session | None:
        found = Session.objects.filter(
            session_key=digest(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found


def _moment(data: Mapping[str, Any], name: str) -> dt.datetime | None:
    """A time of the data (seconds since 1970)."""
    return dt.datetime.fromtimestamp(data[name], dt.UTC) if name in data else None
