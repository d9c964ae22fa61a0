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


@register_check
def nobody_of_the_demo_is_here() -> Finding:
    """Accounts of the demonstration, whose password everybody knows, in production."""
    found = Officer.objects.filter(is_active=True, is_demo=True)
    names = list(found.order_by("username").values_list("username", flat=True))
    if settings.PROFILE == "production" and names:
        shown = "、".join(names[:5]) + (f" 等 {len(names)} 个" if len(names) > 5 else "")
        remedy = "停用这些账号；正式环境应另建数据目录（ZHUANMAI_HOME），用 zhuanmai bootstrap 设立本局。"
        return Finding("演示账号", Health.BAD, f"有演示账号：{shown}", remedy)
    return Finding("演示账号", Health.GOOD, "没有" if not names else f"{len(names)} 个，限演示环境")
