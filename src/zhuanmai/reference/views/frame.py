"""What every page of this room does first: a signed-in officer with the permission."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.queries import names
from zhuanmai.ledger.queries import timeline

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def allowed(permission: str) -> Callable[[View[P]], View[P]]:
    """Only for officers with this permission; others are sent to sign in, or told why not."""

    def wrap(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            require(officer(request), permission)
            return view(request, *args, **kwargs)

        return cast("View[P]", login_required(inner))

    return wrap


def officer(request: HttpRequest) -> Officer:
    """The officer who asks."""
    return cast(Officer, request.user)


def history(object_id: uuid.UUID) -> list[dict[str, Any]]:
    """The newest acts on an object, with who did them by name."""
    lines = timeline(object_id=object_id, limit=50)
    who = names({line.actor_id for line in lines if line.actor_id})
    return [
        {"at": line.at, "seq": line.seq, "sentence": line.sentence, "actor": who.get(line.actor_id or object_id, "")}
        for line in lines
    ]
