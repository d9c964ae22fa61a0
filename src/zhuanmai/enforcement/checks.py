"""What a restore and `ledger verify` ask of cases: what stands on a paper is what was signed and decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef

from zhuanmai.accounts.models import Signing
from zhuanmai.approvals.models import Approval
from zhuanmai.core.checks import register_proof
from zhuanmai.core.kept import keeps
from zhuanmai.documents import catalogue
from zhuanmai.documents.models import Document, DocumentState, SignatureBlock
from zhuanmai.documents.touches import was_to_sign
from zhuanmai.enforcement.models import Photo


@keeps("照片")
def _photographs() -> Iterable[str]:
    for original, shown in Photo.objects.filter(kept=True).values_list("sha256", "shown_sha256").iterator():
        yield from (original, shown)


@register_proof("签名与决定")
def papers_say_what_was_decided() -> Iterable[str]:
    """Every signature by key was made for its paper; every opinion on a paper is the decision that its touch made."""
    decisions = {row.signing_id: row for row in Approval.objects.filter(signing__isnull=False)}
    blocks = SignatureBlock.objects.filter(signing_id__isnull=False, voided_at=None).select_related("version__document")
    for block in blocks.iterator():
        signing = Signing.objects.filter(pk=block.signing_id or block.pk).first()
        where = f"文书 {block.version.document_id} 第 {block.version.number} 版上的签名 {block.pk}"
        if signing is None:
            yield f"{where}没有签名记录"
            continue
        yield from (f"{where}{what}" for what in _differences(block, signing, decisions.get(signing.pk)))


@register_proof("决定与文书")
def decisions_are_on_their_papers() -> Iterable[str]:
    """Every decision that stands is on each paper that its touch named, unless the paper is void."""
    later = Approval.objects.filter(
        subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"), purpose=OuterRef("purpose"),
        round__gt=OuterRef("round"),
    )  # fmt: skip
    decided = Approval.objects.filter(~Exists(later), state__in=["approved", "refused"], signing__isnull=False)
    counting = SignatureBlock.objects.filter(voided_at=None, signing_id__isnull=False)
    there = {
        (signing_id, str(document_id), number)
        for signing_id, document_id, number in counting.values_list(
            "signing_id", "version__document_id", "version__number"
        )
    }
    void = {str(pk) for pk in Document.objects.filter(state=DocumentState.VOID).values_list("pk", flat=True)}
    for row in decided.select_related("signing").iterator():
        for item in row.signing.items if row.signing else ():
            document_id = item["document_id"]
            if document_id not in void and (row.signing_id, document_id, item["version"]) not in there:
                yield f"审批 {row.pk} 已有决定，文书 {document_id} 第 {item['version']} 版上没有这份意见"


def _differences(block: SignatureBlock, signing: Signing, decision: Approval | None) -> Iterator[str]:
    version = block.version
    covered = [
        item["opinion"]
        for item in signing.items
        if (item["document_id"], item["version"], item["body_sha256"], item["role"])
        == (str(version.document_id), version.number, version.body_sha256, block.role)
    ]
    if signing.officer_id != block.officer_id:
        yield "不是签名人本人的"
    if covered != [block.opinion]:
        yield "与所签的清单不符"
    if block.role in catalogue.kind(version.document.kind).papers.approvers:
        if decision is None:
            yield "不是审批时签的"
        elif decision.opinion != block.opinion:
            yield f"印的意见是“{block.opinion}”，决定是“{decision.opinion}”"
    elif not was_to_sign(signing, version.document):
        yield "是为另一事项签的"
