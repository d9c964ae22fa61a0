"""Time-stamps of a time-stamp authority (RFC 3161) over a few bytes: the request, the token, whether it fits."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import algos, cms, pem, tsp, x509
from django.conf import settings
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, get_nonce, handle_tsp_response
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

QUERY = "application/timestamp-query"


class NoToken(Exception):
    """The authority gave no token that fits what it was asked; the reason in words."""


@dataclass(frozen=True)
class Request:
    """What is sent to the authority, what it is about, and the number that its answer must carry."""

    content: bytes
    about: bytes
    nonce: int


def request(about: bytes) -> Request:
    """A request for a token over the SHA-256 of some bytes, with the authority's certificate in it."""
    nonce = get_nonce()
    imprint = tsp.MessageImprint(
        {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "hashed_message": hashlib.sha256(about).digest(),
        }
    )
    asked = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    return Request(asked.dump(), about, nonce)


def token(asked: Request, answer: bytes) -> bytes:
    """The token of an answer. Raises NoToken if it is refused, is none, or does not fit the request."""
    try:
        found: bytes = handle_tsp_response(tsp.TimeStampResp.load(answer), asked.nonce).dump()  # type: ignore[arg-type]
    except (TimestampRequestError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise NoToken(f"时间戳机构的答复不可用：{type(error).__name__}") from None
    if not fits(found, asked.about):
        raise NoToken("时间戳与所问的不符，或不是所信任的机构签发")
    return found


def fits(content: bytes, about: bytes) -> bool:
    """Whether a token is over these bytes and its signature holds; under ZHUANMAI_ANCHOR_ROOTS where that is set.

    Raises NoToken where those cannot be read.
    """

    def expected(algorithm: str) -> bytes:
        return hashlib.new(algorithm, about).digest()

    try:
        signed = cms.ContentInfo.load(content)["content"]
        stamped_at = signed["encap_content_info"]["content"].parsed["gen_time"].native
        known = asyncio.run(validate_tst_signed_data(signed, _context(stamped_at), expected))
    except (SignatureValidationError, ValueError, TypeError, KeyError, AttributeError):
        return False
    trusted = not settings.ANCHOR_ROOTS or known.get("trust_problem_indic") is None
    return bool(known.get("intact") and known.get("valid") and trusted)


def _context(at: dt.datetime) -> ValidationContext | None:
    """Whom we trust at a moment; None where no roots are set: then only that the token is whole is looked at."""
    if not settings.ANCHOR_ROOTS:
        return None
    return ValidationContext(trust_roots=list(_roots(Path(settings.ANCHOR_ROOTS))), moment=at, allow_fetching=False)


def _roots(path: Path) -> Iterator[x509.Certificate]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NoToken(f"读不到 ZHUANMAI_ANCHOR_ROOTS 的证书：{error.strerror}") from None
    for _, _, certificate in pem.unarmor(content, multiple=True):
        yield x509.Certificate.load(certificate)
