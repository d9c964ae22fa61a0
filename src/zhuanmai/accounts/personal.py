"""The one gate to personal data: which fields are personal, who sees them in full, and an entry before each full view.

A room registers each kind of subject: its personal fields with their sort (`register`), as paths into the tree that it
answers with (`parties[].name`). It says where an officer stands to one subject (`Standing`); `sight` says what follows;
`look` puts the look on the ledger, or refuses. Whoever does not get past `look` is given `masked`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now, start_of_day, today
from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.core.masking import masked_id, masked_name, masked_phone, masked_place, masked_text
from zhuanmai.ledger.queries import entered_since
from zhuanmai.ledger.services import append_apart

MOST_WORDS = 200


class Sort(StrEnum):
    """What sort of personal data a field holds: that says how it is masked."""

    NAME = "name"
    NUMBER = "number"
    PHONE = "phone"
    PLACE = "place"
    TEXT = "text"
    GONE = "gone"


MASKS: Mapping[Sort, Callable[[str], Any]] = {
    Sort.NAME: masked_name,
    Sort.NUMBER: masked_id,
    Sort.PHONE: masked_phone,
    Sort.PLACE: masked_place,
    Sort.TEXT: masked_text,
    Sort.GONE: lambda value: None,
}


class Thing(StrEnum):
    """What is looked at: the facts in fields and texts, a paper, the pictures that show people or their papers."""

    FACTS = "facts"
    PAPER = "paper"
    PICTURES = "pictures"


class Sight(StrEnum):
    """Seen in full without being asked (and entered), only with a reason (each look entered), or never."""

    FREE = "free"
    REASON = "reason"
    NEVER = "never"


@dataclass(frozen=True)
class Standing:
    """Where an officer stands to a subject now: works on it, has to decide on it, has to sign this paper, may ask."""

    works: bool = False
    decides: bool = False
    signs: bool = False
    may_ask: bool = False

    @property
    def words(self) -> str:
        """Why no reason is asked, for the entry."""
        return "承办" if self.works else "待本人审批" if self.decides else "待本人签署"


def sight(standing: Standing, thing: Thing) -> Sight:
    """What an officer sees of a subject (个人信息保护法 6, 34: no more than the duty needs).

    Who works on it sees it. Who has to decide on it sees its papers and pictures until the decision; who has to sign a
    paper sees that paper until it is signed. Everybody else of those who may ask gives a reason.
    """
    if standing.works:
        return Sight.FREE
    if standing.decides and thing in (Thing.PAPER, Thing.PICTURES):
        return Sight.FREE
    if standing.signs and thing is Thing.PAPER:
        return Sight.FREE
    return Sight.REASON if standing.may_ask else Sight.NEVER


@dataclass(frozen=True)
class Subject:
    """A kind of subject: its personal fields, and the kinds of entry (facts: what, way, reason) for looks at it."""

    name: str
    fields: Mapping[str, Sort]
    entries: Mapping[Thing, str]


_known: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Register a kind of subject. Raises ValueError if the name is taken by a different one."""
    if _known.setdefault(subject.name, subject) != subject:
        raise ValueError(f"the subject {subject.name} is registered already, and differs")


def forget(name: str) -> None:
    """Take a kind back, for tests that register one of their own."""
    _known.pop(name, None)


def subjects() -> list[Subject]:
    """All registered kinds of subject by name."""
    return sorted(_known.values(), key=lambda subject: subject.name)


@dataclass(frozen=True)
class View:
    """One view: the kind of subject, the thing and its id, the case it belongs to, what it is called, the way to it."""

    subject: str
    thing: Thing
    object_kind: str
    object_id: uuid.UUID
    case_id: uuid.UUID | None
    what: str
    way: str


def look(*, actor: Officer, view: View, standing: Standing, reason: str = "", always_ask: bool = False) -> None:
    """Put a full view on the ledger before its answer is sent; whoever gets past this may be shown it.

    Without a reason: one entry an officer, way and thing, a day for facts (a tablet asks for them every few seconds),
    an hour for papers and pictures (a page loads them anew). With one: an entry each time (one for the pictures of a
    page). `always_ask`: a form asks for a reason also of those who need none elsewhere.
    Raises Refused (reason_missing; 403, of a form 422), NotAllowed.
    """
    seen, why = sight(standing, view.thing), reason.strip()[:MOST_WORDS]
    if seen is Sight.NEVER:
        detail = f"不能查看{view.what}的完整个人信息：您不承办、不审批本案，岗位也不包含此项权限；请向承办人了解。"
        raise NotAllowed("not_allowed", detail)
    if not why and (always_ask or seen is Sight.REASON):
        detail = "请说明查看完整信息的理由；接口请求请带参数 reason。"
        raise Refused("reason_missing", detail, "reason", status=422 if always_ask else 403)
    entry = _known[view.subject].entries[view.thing]
    facts = {"what": view.what, "way": view.way, "reason": why or standing.words}
    if not why or view.thing is Thing.PICTURES:
        same = {"way": view.way, "reason": facts["reason"]}
        if entered_since(entry, _since(view.thing), actor_id=actor.pk, object_id=view.object_id, facts=same):
            return
    append_apart(
        entry,
        actor_id=actor.pk,
        object_kind=view.object_kind,
        object_id=view.object_id,
        case_id=view.case_id,
        facts=facts,
    )


def seen_in_full(*, actor: Officer, view: View, standing: Standing, reason: str = "") -> bool:
    """Whether a view is given in full, which is entered; where not, what is answered is masked.

    It is where none needs to be asked, and where a reason is given. Raises as `look` does, only where one is given and
    does not help.
    """
    if not reason and sight(standing, view.thing) is not Sight.FREE:
        return False
    look(actor=actor, view=view, standing=standing, reason=reason)
    return True


def searched(entry: str, *, actor: Officer, words: str, count: int) -> None:
    """Put a search for people by their names or numbers on the ledger before its answer is sent: how many were found,
    the words in the personal part. The same words of the same officer are one entry a day."""
    if not entered_since(entry, start_of_day(today()), actor_id=actor.pk, object_id=actor.pk, facts={},
                         personal={"words": words}):  # fmt: skip
        append_apart(
            entry,
            actor_id=actor.pk,
            object_kind="officer",
            object_id=actor.pk,
            facts={"count": count, "words": words},
        )


def _since(thing: Thing) -> dt.datetime:
    """From when on an entry covers a view of now: today, or this hour."""
    return start_of_day(today()) if thing is Thing.FACTS else now().replace(minute=0, second=0, microsecond=0)


def masked(subject: str, tree: dict[str, Any]) -> dict[str, Any]:
    """A copy of a subject's tree with its registered fields masked, each by its sort; nothing of `tree` is changed."""
    found = tree
    for path, sort in _known[subject].fields.items():
        found = _at(found, path.split("."), MASKS[sort])
    return found


def _at(tree: Any, path: list[str], mask: Callable[[str], Any]) -> Any:
    """What the path names masked; of what is no text, nothing is left. [] goes into each item of a list."""
    if not path:
        return mask(tree) if isinstance(tree, str) else type(tree)() if isinstance(tree, dict | list) else None
    head, rest = path[0], path[1:]
    name = head.removesuffix("[]")
    if not isinstance(tree, dict) or name not in tree:
        return tree
    inner = tree[name]
    made = [_at(one, rest, mask) for one in inner or ()] if head.endswith("[]") else _at(inner, rest, mask)
    return {**tree, name: made}
