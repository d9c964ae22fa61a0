"""The keys of tree heads: the private half made on first use, every public half published in ZHUANMAI_HOME/public."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhuanmai.core import own_keys

NAME = "ledger"


def signing_key() -> Ed25519PrivateKey:
    """The key that signs heads."""
    return own_keys.signing_key(NAME)


def published() -> set[str]:
    """The public keys (hex) that have signed heads here."""
    return own_keys.published(NAME)


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public half."""
    return own_keys.public_bytes(key)
