"""The seal's key on a device (PKCS#11): chosen by setting, in place of the demo certificates.

A token holds one key and certificate a bureau, both labelled `bureau-⟨code⟩`, and the certificates of the authority.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from asn1crypto import x509
from django.conf import settings
from pkcs11 import PKCS11Error
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.keys import load_certs_from_pemder
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from zhuanmai.core.errors import Refused


def is_used() -> bool:
    """Whether seals are made with a device."""
    return bool(settings.PKCS11_MODULE)


@lru_cache(maxsize=32)
def signer(code: str) -> PKCS11Signer:
    """What signs for a bureau. Raises Refused (seal_device_missing) with what the device says."""
    criteria = TokenCriteria(label=settings.PKCS11_TOKEN) if settings.PKCS11_TOKEN else None
    try:
        session = open_pkcs11_session(settings.PKCS11_MODULE, token_criteria=criteria, user_pin=_pin())
        label = f"bureau-{code}"
        # Hashed here: not every device knows the mechanisms that hash for themselves.
        made = PKCS11Signer(
            session, cert_label=label, key_label=label, ca_chain=roots(), embed_roots=False, use_raw_mechanism=True
        )
        if made.signing_cert is None:
            raise PKCS11Error(label)
    except (PKCS11Error, RuntimeError, OSError) as error:
        words = f"印章设备不能使用（{type(error).__name__}）；请插好设备并核对设置后重试，文书和签名不受影响。"
        raise Refused("seal_device_missing", words, status=503) from error
    return made


def roots() -> list[x509.Certificate]:
    """The certificates of the authority under which the device's certificates stand (a PEM file by setting)."""
    return list(load_certs_from_pemder([settings.PKCS11_ROOTS])) if settings.PKCS11_ROOTS else []


def _pin() -> str | None:
    """The device's PIN, from a file that only the service can read."""
    path = settings.PKCS11_PIN_FILE
    return Path(path).read_text(encoding="utf-8").strip() if path else None
