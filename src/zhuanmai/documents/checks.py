"""What doctor and restore ask of documents: fonts, certificate, and which files they keep."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from zhuanmai.core.checks import Finding, Health, register_check
from zhuanmai.core.errors import Refused
from zhuanmai.core.kept import keeps
from zhuanmai.documents import certificates, fonts, tokens
from zhuanmai.documents.models import Document, SignatureBlock, Version


@keeps("文书")
def _papers() -> Iterable[str]:
    for unsigned, sealed in Version.objects.values_list("unsigned_sha256", "sealed_sha256").iterator():
        yield from (unsigned, sealed)


@keeps("签名")
def _signatures() -> Iterable[str]:
    for drawing, scan in SignatureBlock.objects.values_list("drawing", "paper_scan").iterator():
        yield from (drawing, scan)


@register_check
def fonts_are_there() -> Finding:
    """The fonts of the documents."""
    gone = fonts.absent()
    if gone:
        return Finding("字体", Health.BAD, f"缺 {'、'.join(gone)}", "运行 zhuanmai build 安装字体。")
    return Finding("字体", Health.GOOD, "思源宋体、思源黑体齐全")


@register_check
def certificate_is_there() -> Finding:
    """The certificate that seals are made with."""
    if not tokens.is_used():
        path = certificates.authority().certificate
        if settings.PROFILE == "production":
            remedy = "按 docs/operations.md 以 ZHUANMAI_PKCS11_* 配置印章设备。"
            return Finding("印章证书", Health.BAD, f"正式环境仍用演示证书 {path.name}，其印章没有效力", remedy)
        return Finding("印章证书", Health.GOOD, f"演示证书 {path.name}；正式使用请以 PKCS#11 设备配置")
    lacking = []
    for code in Document.objects.values_list("unit__code", flat=True).distinct().order_by("unit__code"):
        try:
            tokens.signer(code)
        except Refused:
            lacking.append(code)
    if lacking:
        words = f"印章设备中没有 {'、'.join(f'bureau-{code}' for code in lacking)}，或设备不能使用"
        return Finding("印章证书", Health.BAD, words, "插好设备，核对 ZHUANMAI_PKCS11_* 设置。")
    return Finding("印章证书", Health.GOOD, "由 PKCS#11 设备签章")
