"""What is exchanged: a room registers its kinds of messages, each for one partner and about one kind of subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def _nothing_more(body: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True)
class Kind:
    """A kind of messages: its code in the partner's protocol, what it is about, its name in Chinese and on pages.

    `subject_kind`: as registered with `exchange.subjects`. `detail`: what tells a message from others of its kind about
    the same subject (a document's name and number), from its body; nobody's personal data. `newest_only`: it says how
    the subject stands, so that an older message is not sent any more once there is a newer one (`services.report`).
    """

    partner: str
    code: str
    subject_kind: str
    zh: str
    label: Any
    detail: Callable[[Mapping[str, Any]], str] = _nothing_more
    newest_only: bool = False


_kinds: dict[tuple[str, str], Kind] = {}


def register(*kinds: Kind) -> None:
    """Register a room's kinds of messages. Raises ValueError if a partner has that code for a different one."""
    for kind in kinds:
        if _kinds.setdefault((kind.partner, kind.code), kind) != kind:
            raise ValueError(f"{kind.partner} has messages of the kind {kind.code} already, and they differ")


def forget(*kinds: Kind) -> None:
    """Take kinds back, for tests that register some of their own."""
    for kind in kinds:
        _kinds.pop((kind.partner, kind.code), None)


def kind_of(partner: str, code: str) -> Kind:
    """A registered kind. Raises LookupError: what no room registered is not sent."""
    try:
        return _kinds[partner, code]
    except KeyError:
        raise LookupError(f"no room registered messages of the kind {code} for {partner}") from None


def kinds() -> list[Kind]:
    """All registered kinds by partner and code."""
    return [kind for _, kind in sorted(_kinds.items())]


def kind_words(partner: str, code: str) -> str:
    """A kind in the reader's language; one that no room registers any more as its code."""
    found = _kinds.get((partner, code))
    return str(found.label) if found else code


def detail_of(partner: str, code: str, body: Mapping[str, Any]) -> str:
    """What tells a message from others of its kind; empty for a kind that says nothing more."""
    found = _kinds.get((partner, code))
    return found.detail(body) if found else ""
