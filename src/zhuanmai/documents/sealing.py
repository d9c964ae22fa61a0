"""Sealing: the bureau's PAdES signature over the final file, its round red seal as a vector in the appearance."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from functools import lru_cache
from pathlib import Path

import typst
from django.conf import settings
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as sign_fields
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import StaticStampStyle

from zhuanmai.core import files
from zhuanmai.documents import certificates, fonts, pdfa_check, tokens
from zhuanmai.documents.rendering import Box
from zhuanmai.documents.seam import with_seam

FIELD = "Seal"
_SEAL = Path(__file__).resolve().parent / "seal" / "seal.typ"
_lock = threading.Lock()


def sealed(pdf: bytes, *, unit_code: str, unit_name: str, place: Box | None, reason: str) -> bytes:
    """The file with the bureau's seal: visible where the document has a place for it, else only in the signature.

    Several pages bear the seam seal too, under the same signature. Raises RuntimeError if the outcome is not PDF/A-2b.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(with_seam(pdf, seal_pdf(unit_name))), strict=False)
    box = place.on_pdf() if place else None
    spec = SigFieldSpec(
        FIELD,
        on_page=place.page - 1 if place else 0,
        box=tuple(map(round, box)) if box else None,  # type: ignore[arg-type]
    )
    sign_fields.append_signature_field(writer, spec)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", reason=reason, name=unit_name
    )
    style = _style(unit_name) if place else None
    out = io.BytesIO()
    if tokens.is_used():
        with _lock:  # a device's session serves one at a time
            signers.PdfSigner(metadata, signer=tokens.signer(unit_code), stamp_style=style).sign_pdf(writer, output=out)
    else:
        signer = _signer(unit_code, unit_name)
        signers.PdfSigner(metadata, signer=signer, stamp_style=style).sign_pdf(writer, output=out)
    content = out.getvalue()
    if wrong := pdfa_check.faults(content):
        raise RuntimeError(f"the sealed file is not PDF/A-2b: {'; '.join(wrong)}")
    return content


@lru_cache(maxsize=64)
def seal_pdf(name: str) -> bytes:
    """The seal of a bureau as a PDF page of 42 mm, fonts embedded."""
    compiled = typst.compile(
        _SEAL, font_paths=[fonts.FOLDER], ignore_system_fonts=True, sys_inputs={"data": json.dumps({"name": name})},
        pdf_standards=["a-2b"],
    )  # fmt: skip
    if not isinstance(compiled, bytes):
        raise TypeError("the compiler gave no PDF")
    return compiled


@lru_cache(maxsize=32)
def _style(name: str) -> StaticStampStyle:
    digest = hashlib.sha256(seal_pdf(name)).hexdigest()[:16]
    path = Path(settings.HOME_DIR) / "public" / "seals" / f"{digest}.pdf"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        files.put_whole(path, seal_pdf(name))
    return StaticStampStyle.from_pdf_file(str(path), border_width=0, background_opacity=1)


@lru_cache(maxsize=32)
def _signer(code: str, name: str) -> signers.SimpleSigner:
    pair, root = certificates.bureau(code, name), certificates.authority()
    with _lock:
        found: signers.SimpleSigner | None = signers.SimpleSigner.load(
            str(pair.key), str(pair.certificate), ca_chain_files=(str(root.certificate),)
        )
    if found is None:
        raise RuntimeError(f"the certificate of {name} cannot be read")
    found.embed_roots = False  # who verifies has the root; a copy in the file would be covered by nothing
    return found


@lru_cache(maxsize=1)
def roots() -> tuple[bytes, ...]:
    """The certificates (DER) of the authorities under which this installation's seals stand."""
    own = load_cert_from_pemder(str(certificates.authority().certificate))
    return tuple(one.dump() for one in (own, *tokens.roots()))
