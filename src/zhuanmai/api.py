"""The JSON API of all rooms, under /api/: each room's router, one shape of error (problem+json)."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.security import SessionAuth

from zhuanmai.core.errors import FieldError, Refused
from zhuanmai.core.middleware import refusal


class OfficerSession(SessionAuth):
    """A signed-in officer's session; writes need the CSRF token (X-CSRFToken)."""


api = NinjaAPI(title="zhuanmai", version="1", auth=OfficerSession(csrf=True), urls_namespace="api")
for _room in settings.ROOMS:
    if find_spec(f"zhuanmai.{_room}.api"):
        api.add_router(f"/{_room}", import_module(f"zhuanmai.{_room}.api").router)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return refusal(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = tuple(
        FieldError(field=".".join(str(part) for part in e["loc"][2:] or e["loc"]), code=e["type"], detail=e["msg"])
        for e in error.errors
    )
    return refusal(
        request,
        Refused("invalid_input", "提交的内容格式不对，未作任何改动；请按提示修改后重试。", errors=found),
    )
