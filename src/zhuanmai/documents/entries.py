"""The room's kinds of entry and its tables under the ledger."""

from __future__ import annotations

from zhuanmai.documents.models import Document, IssuedNumber, SignatureBlock, Version
from zhuanmai.ledger.registry import register, register_table

register_table(Document)
register_table(Version, exclude=("not_sealed",))  # of the last try; the entry says why
register_table(SignatureBlock)
register_table(IssuedNumber)

register("documents.prepared", sentence="生成《{name}》{number}", fields=("name", "number", "body_sha256"))
register("documents.not_made", sentence="《{name}》未能生成：{reason}", fields=("name", "reason"))
register("documents.not_sealed", sentence="《{name}》未能封签：{reason}", fields=("name", "reason"))
register(
    "documents.signed",
    sentence="{role}签署《{paper}》（{way}）",
    fields=("role", "paper", "way", "body_sha256"),
    personal=("name",),
)
register("documents.numbered", sentence="文书取号 {number}", fields=("number",))
register("documents.sealed", sentence="封签《{name}》{number}", fields=("name", "number", "version", "sha256"))
register(
    "documents.corrected",
    sentence="更正 {number}（第 {version} 版），理由：{reason}",
    fields=("number", "version", "reason"),
)
register("documents.voided", sentence="作废 {number}，理由：{reason}", fields=("number", "reason"))
