"""Personal data of a case on its pages: masked until someone with a reason looks, in fields and in free text alike."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core.errors import Refused
from zhuanmai.core.masking import masked_id, masked_name, masked_phone
from zhuanmai.enforcement.facts_for_documents import first_party
from zhuanmai.enforcement.models import Case, Party
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.ledger.services import append_apart

_MASKS = {"name": masked_name, "id_no": masked_id, "phone": masked_phone}


@dataclass(frozen=True)
class People:
    """The people of a case as a page shows them: `full` only for the one view that a reason was given for."""

    parties: list[dict[str, Any]]
    full: bool
    secrets: tuple[tuple[str, str], ...]

    @property
    def first(self) -> str:
        """The name of the party that documents name; nothing while nobody is entered."""
        return next((str(one["name"]) for one in self.parties), "")

    def text(self, words: str) -> str:
        """Free text with the names and numbers of the case's people masked (as they are in full view)."""
        if not self.full:
            for plain, masked in self.secrets:
                words = words.replace(plain, masked)
        return words


def people_of(case: Case, *, full: bool = False) -> People:
    """The people of a case for its page, masked unless `full`."""
    parties = [_party(one, full=full) for one in case.parties.filter(removed_at=None)]
    longest_first = sorted(set(_secrets(case)), key=lambda pair: -len(pair[0]))
    return People(parties, full, tuple(longest_first))


def party_name(case: Case) -> str:
    """The name of the party that documents name, masked: for lists."""
    one = first_party(case)
    return str(_party(one, full=False)["name"]) if one else ""


def see_people(*, actor: Officer, case_id: uuid.UUID, reason: str) -> Case:
    """Look at the people of a case in full; the look is on the ledger before the answer is given.

    Raises Refused (reason_missing), NotAllowed, NotFound (no_case).
    """
    case = require_seen(actor, case_id)
    require(actor, "enforcement.see_personal")
    if not reason.strip():
        raise Refused("reason_missing", "请说明查看完整信息的理由。", "reason")
    append_apart(
        "enforcement.seen",
        actor_id=actor.pk,
        object_kind="case",
        object_id=case.pk,
        case_id=case.pk,
        facts={"reason": reason.strip()[:200], "what": "当事人信息"},
    )
    return case


def _party(one: Party, *, full: bool) -> dict[str, Any]:
    """A party's columns; an organisation's name is no personal data."""
    open_name = full or one.kind == Party.Kind.ORGANISATION
    return {
        "name": one.name if open_name else masked_name(one.name),
        "id_no": one.id_no if full else masked_id(one.id_no),
        "phone": one.phone if full else masked_phone(one.phone),
        "address": one.address if full else "",
        "licence_no": one.licence_no,
        "licence_valid_to": one.licence_valid_to,
    }


def _secrets(case: Case) -> Iterator[tuple[str, str]]:
    """What must not stand in free text, each with what stands there instead."""
    visit, service = case.inspection, case.service or {}
    for party in case.parties.all():
        columns = {"name": party.name, "id_no": party.id_no, "phone": party.phone}
        if party.kind == Party.Kind.ORGANISATION:
            columns["name"] = ""
        yield from _masked([columns, party.representative or {}])
    yield from _masked([visit.witness or {}, visit.person_in_charge or {}])
    yield from _masked([{"name": service.get("receiver"), "phone": service.get("phone")}])


def _masked(people: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for person in people:
        for column, mask in _MASKS.items():
            plain = str(person.get(column) or "").strip()
            if len(plain) > 1:
                yield plain, mask(plain)
