"""Acts that give power take a touch of the doer's own key: for this page's act with these very fields, once.

A view marked `with_own_key` asks for it: of everybody where keys are required, else of everybody who has one. The page
asks for the challenge first (`begin`), and posts the key's answer with the form.
"""

from __future__ import annotations

import functools
import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from zhuanmai.accounts import signing
from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.queries import usable_keys
from zhuanmai.accounts.requests import officer_of
from zhuanmai.accounts.signing import Purpose, SigningItem
from zhuanmai.core import legible
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.ledger.canonical import canonical

SIGNING, CREDENTIAL = "signing_id", "credential"
_NOT_SIGNED = frozenset({SIGNING, CREDENTIAL, "csrfmiddlewaretoken"})
_MISSING = "这一步要用本人的钥匙确认；请在页面上点按钮，再触摸钥匙。"
View = Callable[..., HttpResponse]


def with_own_key(view: View) -> View:
    """Mark a view: its POST is done with a touch for it, in the same transaction.

    Raises Refused (touch_missing, and what `signing.finish` refuses with), Conflict (done_already).
    """
    return with_own_key_when(lambda request: True)(view)


def with_own_key_when(gives_power: Callable[[HttpRequest], bool]) -> Callable[[View], View]:
    """The same for a view of which only some requests give power."""

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST" or not gives_power(request) or not is_needed(officer_of(request)):
                return view(request, *args, **kwargs)
            with transaction.atomic():
                _finish(request)
                return view(request, *args, **kwargs)

        guarded.gives_power = True  # type: ignore[attr-defined]
        return guarded

    return mark


def is_needed(officer: Officer) -> bool:
    """Whether this officer's acts of power take a touch."""
    return bool(settings.KEY_REQUIRED or usable_keys(officer))


def begin(*, officer: Officer, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The challenge for one act: what `signing.begin` gives, or {"needed": False} where none is asked for.

    Raises Refused (no_such_act, no_key).
    """
    asked = urlsplit(path).path
    try:
        gives_power = getattr(resolve(asked).func, "gives_power", False)
    except Resolver404:
        gives_power = False
    if not gives_power:
        raise Refused("no_such_act", "这个地址上没有需要钥匙确认的事项；请刷新页面后重试。", "path")
    if not is_needed(officer):
        return {"needed": False}
    items = [_item(asked, fields)]
    return {"needed": True, **signing.begin(officer=officer, items=items, purpose=_purpose(asked))}


def _finish(request: HttpRequest) -> None:
    """The touch that came with a form, which must have been asked for this address and these fields."""
    fields = {name: value for name in request.POST if (value := request.POST.get(name)) is not None}
    try:
        signing_id, credential = uuid.UUID(fields[SIGNING]), legible.parsed(fields[CREDENTIAL].encode())
    except (KeyError, ValueError, RecursionError):
        raise Refused("touch_missing", _MISSING) from None
    if not isinstance(credential, dict):
        raise Refused("touch_missing", _MISSING)
    done = signing.finish(
        officer=officer_of(request), signing_id=signing_id, credential=credential, purpose=_purpose(request.path)
    )
    if done.is_repeated:
        raise Conflict("done_already", "这一步已经办理；请刷新页面查看。")
    if done.signing.manifest["items"] != [vars(_item(request.path, fields))]:
        raise Refused("signing_elsewhere", "填写的内容在触摸钥匙后有改动，未办理；请重新提交并触摸钥匙。")


def _purpose(path: str) -> Purpose:
    return Purpose("accounts.power", "page", path)


def _item(path: str, fields: Mapping[str, str]) -> SigningItem:
    """What is signed: the address and every field of the form."""
    given = {name: value for name, value in fields.items() if name not in _NOT_SIGNED}
    digest = hashlib.sha256(canonical({"path": path, "fields": given})).hexdigest()
    return SigningItem(path, 1, digest, "power")
