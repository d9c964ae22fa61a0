"""What doctor and restore ask of accounts: two administrators who can sign in, and every signature."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from zhuanmai.accounts.models import Grant, Officer, Role, Signing
from zhuanmai.accounts.signing import verify_offline
from zhuanmai.core.checks import Finding, Health, register_check, register_proof
from zhuanmai.core.errors import Refused


@register_proof("签名")
def signatures_hold() -> Iterable[str]:
    """Every signing verifies from what is stored with it, under its officer's own key."""
    for signing in Signing.objects.select_related("key").iterator():
        try:
            verify_offline(signing)
        except Refused as broken:
            yield broken.detail


@register_check
def administrators_can_sign_in() -> Finding:
    """Two security administrators: with fewer no role is given, and no key approved."""
    appointed = Grant.objects.in_force().filter(role=Role.SECURITY_ADMIN)
    people = list(Officer.objects.filter(is_active=True, pk__in=appointed.values("officer_id")))
    ready = [one for one in people if one.has_key or not settings.KEY_REQUIRED]
    if len(people) < 2:
        remedy = "运行 zhuanmai bootstrap 设立本局和两名安全管理员。"
        return Finding("安全管理员", Health.BAD, f"只有 {len(people)} 名，至少要两名", remedy)
    if len(ready) < 2:
        remedy = "请其打开登记链接登记钥匙；链接过期的，运行 zhuanmai bootstrap --renew 重发。"
        return Finding("安全管理员", Health.BAD, f"{len(people)} 名中只有 {len(ready)} 名能登录", remedy)
    return Finding("安全管理员", Health.GOOD, f"{len(ready)} 名能登录")
