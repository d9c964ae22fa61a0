"""Whether a file's seal covers all of it and fits it: told from the file and the authority's certificates alone.

Files of strangers are judged in a process of their own (`core.confined`), as a small one can be made to take minutes.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

from asn1crypto import core, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

INTACT, NOT_INTACT = b"intact", b"not intact"


def verdict(content: bytes, roots: Sequence[str]) -> bytes:
    """INTACT or NOT_INTACT, as `core.confined` hands it over; `roots`: DER certificates in base64."""
    return INTACT if is_intact(content, [base64.b64decode(one) for one in roots]) else NOT_INTACT


def is_intact(pdf: bytes, roots: Sequence[bytes]) -> bool:
    """Whether the one seal covers the whole file and fits it, under an authority of these certificates (DER)."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        embedded = reader.embedded_signatures
        if len(embedded) != 1:
            return False
        trusted = [x509.Certificate.load(one) for one in roots]
        context = ValidationContext(trust_roots=trusted, allow_fetching=False)
        status = validate_pdf_signature(embedded[0], context)
        whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE and _is_as_written(pdf, embedded[0])
        return bool(status.intact and status.valid and status.trusted and whole)
    except MemoryError:
        raise
    except Exception:
        return False


def _is_as_written(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether the one place that a signature cannot cover, its own, holds it as it was written, and nothing else."""
    _, before, after, _ = (int(number) for number in signature.byte_range)
    kept = bytes(signature.pkcs7_content)
    length = len(core.Sequence.load(kept, strict=False).dump())
    return pdf[before:after] == b"<" + kept.hex().upper().encode() + b">" and not any(kept[length:])
