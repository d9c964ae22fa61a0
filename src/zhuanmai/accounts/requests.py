"""The officer behind a request, for pages that need one."""

from __future__ import annotations

import uuid

from django.http import HttpRequest

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.wording import plain
from zhuanmai.core import access
from zhuanmai.core.listing import uuid_of


def officer_of(request: HttpRequest) -> Officer:
    """The signed-in officer. Raises NotAllowed (signed_out)."""
    person: Officer = access.officer_of(request)
    return person


def asked(request: HttpRequest, name: str) -> str:
    """A word of the address, as the database can hold it; empty where there is none."""
    return plain(request.GET.get(name, ""))


def asked_id(request: HttpRequest, name: str) -> uuid.UUID | None:
    """An id of the address; None where there is none or it is not one."""
    return uuid_of(asked(request, name))
