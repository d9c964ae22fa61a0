"""What a restore and `ledger verify` ask of approvals: each decision has a signing of its own, made for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from django.db.models import Q

from zhuanmai.accounts.models import Signing
from zhuanmai.accounts.signing import Purpose
from zhuanmai.approvals.models import DECIDED, Approval
from zhuanmai.core.checks import register_proof

_WORDS = {"approved": "agreed", "refused": "refused", "returned": "refused"}  # a void one: either


@register_proof("审批")
def decisions_are_signed() -> Iterable[str]:
    """Every decided approval has a signing of its officer, made for this approval, round and decision, used once."""
    used: dict[object, object] = {}
    given = Approval.objects.filter(Q(state__in=DECIDED) | Q(signing__isnull=False))
    for row in given.order_by("decided_at").iterator():
        signing = Signing.objects.filter(pk=row.signing_id).first() if row.signing_id else None
        if signing is None:
            yield f"审批 {row.pk} 已有决定，没有签名"
            continue
        if first := used.get(signing.pk):
            yield f"签名 {signing.pk} 用了两次：审批 {first} 和审批 {row.pk}"
        used.setdefault(signing.pk, row.pk)
        yield from _differences(row, signing)


def _differences(row: Approval, signing: Signing) -> Iterator[str]:
    decision = _WORDS.get(row.state) or str(signing.purpose.get("decision", ""))
    made_for = Purpose("approvals.decide", row.subject_kind, str(row.subject_id), str(row.pk), row.round, decision)
    if signing.officer_id != row.officer_id:
        yield f"审批 {row.pk} 的签名不是签署人本人的"
    if signing.purpose != asdict(made_for):
        yield f"审批 {row.pk} 的签名是为另一事项或另一决定做的"
    if any(item["opinion"] != row.opinion or item["role"] != row.step for item in signing.items):
        yield f"审批 {row.pk} 的意见与所签的不符"
