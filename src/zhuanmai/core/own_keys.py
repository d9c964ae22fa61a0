"""Keys that this installation signs with: each made on first use, its public half published beside those before it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

from zhuanmai.core.secrets import made_once


def signing_key(name: str) -> Ed25519PrivateKey:
    """The key of this name: made on first use, readable by its owner only; its public half is published.

    After a restore without private keys it is a new one, and lies beside the public half of the one before it.
    """
    path = Path(settings.HOME_DIR) / "secrets" / f"{name}.pem"
    key = load_pem_private_key(made_once(path, _new_key), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise RuntimeError(f"{path} holds no Ed25519 key")
    if public_bytes(key).hex() not in published(name):
        target = _public_folder() / f"{name}-{public_bytes(key).hex()[:16]}.pub"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return key


def published(name: str) -> set[str]:
    """The public keys (hex) of this name that have signed here. A file that holds none is left out."""
    found = set()
    for path in _public_folder().glob(f"{name}*.pub"):
        try:
            key = load_pem_public_key(path.read_bytes())
        except ValueError:
            continue
        if isinstance(key, Ed25519PublicKey):
            found.add(key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex())
    return found


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public half."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def fingerprint(public: bytes) -> str:
    """What a person compares: the SHA-256 of the 32 bytes, 64 hex digits."""
    return hashlib.sha256(public).hexdigest()


def _public_folder() -> Path:
    return Path(settings.HOME_DIR) / "public"


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
