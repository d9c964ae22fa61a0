"""The bureau's certificates: a demo authority and one certificate a bureau, made on first use; PKCS#11 by setting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings

from zhuanmai.core import files
from zhuanmai.core.secrets import made_once

YEARS = 10


@dataclass(frozen=True)
class Pair:
    """Where a certificate and its key lie (PEM)."""

    certificate: Path
    key: Path


def authority() -> Pair:
    """The demo certificate authority of this installation."""
    pair = _pair("authority")
    if not pair.certificate.exists():
        name = _name("智慧专卖演示根证书")
        _write(
            pair,
            ec.generate_private_key(ec.SECP256R1()),
            lambda key: _builder(name, name, key.public_key(), is_authority=True).sign(key, hashes.SHA256()),
        )
    return pair


def bureau(code: str, name: str) -> Pair:
    """The certificate under which a bureau's documents are sealed."""
    pair = _pair(f"bureau-{code}")
    if not pair.certificate.exists():
        root = authority()
        root_key = load_pem_private_key(root.key.read_bytes(), None)
        root_certificate = x509.load_pem_x509_certificate(root.certificate.read_bytes())
        if not isinstance(root_key, ec.EllipticCurvePrivateKey):
            raise RuntimeError(f"{root.key} holds no key of the expected kind")
        issuer = root_certificate.subject
        _write(
            pair,
            ec.generate_private_key(ec.SECP256R1()),
            lambda key: _builder(_name(name), issuer, key.public_key(), is_authority=False).sign(
                root_key, hashes.SHA256()
            ),
        )
    return pair


def _pair(name: str) -> Pair:
    home = Path(settings.HOME_DIR)
    return Pair(home / "public" / "certificates" / f"{name}.pem", home / "secrets" / "certificates" / f"{name}.key")


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, common[:60])]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, is_authority: bool
) -> x509.CertificateBuilder:
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)  # a demo case may be played in an earlier year
    usage = x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=not is_authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=is_authority, crl_sign=is_authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365 * (YEARS + 10)))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _write(
    pair: Pair, key: ec.EllipticCurvePrivateKey, certify: Callable[[ec.EllipticCurvePrivateKey], x509.Certificate]
) -> None:
    """Write the key (the first of several wins), then the certificate of the key that was kept."""
    kept = load_pem_private_key(
        made_once(pair.key, lambda: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())), None
    )
    if not isinstance(kept, ec.EllipticCurvePrivateKey):
        raise RuntimeError(f"{pair.key} holds no key of the expected kind")
    certificate = certify(kept).public_bytes(Encoding.PEM)
    pair.certificate.parent.mkdir(parents=True, exist_ok=True)
    files.put_whole(pair.certificate, certificate)
