"""The JSON API of all rooms, under /api/: each room's router, one shape of error (problem+json)."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.security import SessionAuth

from zhuanmai.core import legible
from zhuanmai.core.errors import FieldError, NotAllowed, Refused
from zhuanmai.core.middleware import refusal


class OfficerSession(SessionAuth):
    """A signed-in officer's session; writes need the CSRF token (X-CSRFToken).

    A page that stayed open says whose it is (X-Officer): after somebody else signed in, nothing goes in their name.
    """

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        """The officer of the session, or None. Raises NotAllowed (other_officer) for a page of somebody else."""
        found = super().authenticate(request, key)
        said = request.headers.get("X-Officer")
        if found and said and said != str(found.pk):
            detail = "这台设备已由别人登录，没有以其名义办理；请重新登录，已录入的内容仍在本机。"
            raise NotAllowed("other_officer", detail, status=401)
        return found


class LegibleBodies(Parser):
    """What no column can hold goes no further, whatever the field: every body and every parameter passes here."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises Refused (not_json, illegible)."""
        return legible.body(legible.body_of(request))

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> Any:
        """The parameters of the address. Raises Refused (illegible)."""
        found = super().parse_querydict(data, list_fields, request)
        return found if data is request.FILES else legible.checked(found)


class Api(NinjaAPI):
    """Every operation may be refused, and says so: problem+json (RFC 9457) beside what it answers."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """The OpenAPI document, with the refusal of each operation."""
        schema = super().get_openapi_schema(*args, **kwargs)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = _REFUSED
        return schema


_TEXT = {"type": "string"}
PROBLEM = {
    "title": "Problem",
    "description": "What was refused, why, and what to do; a code may bring facts of its own.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "field", "errors"],
    "properties": {
        **dict.fromkeys(("type", "title", "code", "detail", "field"), _TEXT),
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": dict.fromkeys(("field", "code", "detail"), _TEXT)},
        },
    },
}
_REFUSED = {
    "description": "Refused, in words",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

api = Api(
    title="zhuanmai",
    version="1",
    auth=OfficerSession(csrf=True),
    urls_namespace="api",
    parser=LegibleBodies(),
    docs_url="/docs" if settings.API_DOCS else None,
    openapi_url="/openapi.json" if settings.API_DOCS else None,
)
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


@api.exception_handler(AuthenticationError)
def _signed_out(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return refusal(request, NotAllowed("signed_out", "登录已过期；请重新登录，已录入的内容仍在本机。", status=401))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refused):  # the framework takes what a body was refused for as a broken body
        return refusal(request, error.__cause__)
    detail = "请求无法识别，未作任何改动；请刷新页面后重试。"
    return refusal(request, Refused("bad_request", detail, status=error.status_code))
