"""Personal data of a case: its fields for the gate, and what is given out of it to whom, in fields and in free text."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from zhuanmai.accounts import personal
from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may, require
from zhuanmai.accounts.personal import Sight, Sort, Standing, Subject, Thing, View
from zhuanmai.core.masking import masked_id, masked_name, masked_phone
from zhuanmai.core.search import keys, spelled
from zhuanmai.documents.planning import Planned
from zhuanmai.enforcement.case_json import state_of
from zhuanmai.enforcement.case_rows import first_party
from zhuanmai.enforcement.models import Case, Party, Photo
from zhuanmai.enforcement.operations import CASES
from zhuanmai.enforcement.permissions import decides_on, require_seen
from zhuanmai.enforcement.queries import by_people, of_others, own, reads
from zhuanmai.enforcement.services.signing import own_roles
from zhuanmai.enforcement.unnamed import PERSON, all_hidden, hidden, secrets_of, unnamed
from zhuanmai.enforcement.workers import works_on
from zhuanmai.enforcement.workflow import acts_of
from zhuanmai.reference.typed import names_a_person

_PEOPLE = ("parties[]", "parties[].representative", "presence.person_in_charge", "presence.witness")
_OTHERS = {
    "parties[].born_on": Sort.GONE,
    "report.by": Sort.NAME,
    "report.text": Sort.TEXT,
    "questionings[].questions[].answer": Sort.TEXT,
    "evidence[].provided_by": Sort.NAME,
    "service.receiver": Sort.NAME,
    "service.phone": Sort.PHONE,
    "service.address": Sort.PLACE,
    "service.electronic_way": Sort.TEXT,
    "service.substitute": Sort.TEXT,
    "simple.defence": Sort.TEXT,
    "pending[].payload": Sort.GONE,
}
CASE = Subject(
    "case",
    {**{f"{who}.{field}": sort for who in _PEOPLE for field, sort in PERSON.items()}, **_OTHERS},
    {
        Thing.FACTS: "enforcement.seen",
        Thing.PAPER: "enforcement.paper_seen",
        Thing.PICTURES: "enforcement.pictures_seen",
    },
)
personal.register(CASE)
# Pictures of goods and of the place show nobody; whatever else was photographed may show people or their papers.
OPEN_PICTURES = frozenset(
    ("goods_found", "goods_counted", "goods_sold", "samples", "marks", "code_rows", "hiding_place", "place_inside",
     "place_outside", "sign")
)  # fmt: skip
_OFFICERS = frozenset({"officers", "recorder", "valuer", "tablets"})  # of the bureau, who act in their office


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
        return words if self.full else hidden(words, self.secrets)


def people_of(case: Case, *, full: bool = False) -> People:
    """The people of a case for its page, masked unless `full`."""
    parties = [_party(one, full=full) for one in case.parties.filter(removed_at=None)]
    return People(parties, full, secrets_of(case))


def party_name(case: Case) -> str:
    """The name of the party that documents name, masked: for lists."""
    one = first_party(case)
    return str(_party(one, full=False)["name"]) if one else ""


def see_people(*, actor: Officer, case_id: uuid.UUID, reason: str) -> Case:
    """Look at the people of a case in full on its page, where a reason is asked of everybody.

    Raises Refused (reason_missing), NotAllowed, NotFound (no_case).
    """
    case = require_seen(actor, case_id)
    require(actor, "enforcement.see_personal")
    personal.look(
        actor=actor,
        view=_facts(case, "案件页"),
        standing=standing(actor, case),
        reason=unnamed(case, reason),
        always_ask=True,
    )
    return case


@CASES.answers
def state_for(officer: Officer, case: Case, reason: str = "") -> dict[str, Any]:
    """The state of a case as this officer may have it: in full (entered), or masked and marked so.

    Raises Refused, NotAllowed only where a reason is given and does not help.
    """
    where, why = standing(officer, case), unnamed(case, reason)
    if personal.seen_in_full(actor=officer, view=_facts(case, "平板"), standing=where, reason=why):
        return {**state_of(case), "masked": False, "acts": acts_of(officer, case)}
    return {**masked_state(case), "acts": acts_of(officer, case)}


def masked_state(case: Case, *, pictures: bool = False) -> dict[str, Any]:
    """The state of a case with its people masked: their fields by sort, and their names and numbers in every text.

    `pictures`: those that may show people keep their address.
    """
    secrets = secrets_of(case)
    plain: dict[str, Any] = {**state_of(case)}
    state = personal.masked("case", plain)
    for shown, known in zip(state["parties"], plain["parties"], strict=True):
        if known["kind"] == Party.Kind.ORGANISATION:
            shown["name"] = known["name"]
    found = {name: part if name in _OFFICERS else all_hidden(part, secrets) for name, part in state.items()}
    for document in found["documents"]:
        for block in document["signed"]:
            block["name"] = masked_name(block["name"]) if block["personal"] else block["name"]
    for photo in found["photos"]:
        photo["url"] = photo["url"] if pictures or photo["what"] in OPEN_PICTURES else None
    return {**found, "masked": True}


def page_state(officer: Officer, case: Case, *, reason: str = "") -> dict[str, Any]:
    """The state for a page of the case: in full where a reason was given (and is on the ledger), else masked."""
    asked = sight_of(officer, case, Thing.PICTURES) is not Sight.FREE
    if not reason:
        return masked_state(case, pictures=not asked)
    state: dict[str, Any] = {**state_of(case)}
    if asked:  # the reason goes along to the pictures
        for photo in state["photos"]:
            photo["url"] = photo["url"] and f"{photo['url']}?{urlencode({'reason': reason})}"
    return state


def look_at_paper(*, actor: Officer, case: Case, paper: Planned, way: str, reason: str = "") -> None:
    """A document of a case is about to be shown. Raises Refused (reason_missing, 403), NotAllowed."""
    where = standing(actor, case, paper)
    view = View("case", Thing.PAPER, "document", paper.id, case.pk, paper.name, way)
    personal.look(actor=actor, view=view, standing=where, reason=unnamed(case, reason))


def look_at_all_papers(*, actor: Officer, case: Case, way: str, reason: str = "") -> None:
    """The whole set of a case's documents is about to be given out. Raises Refused (reason_missing), NotAllowed."""
    view = View("case", Thing.PAPER, "case", case.pk, case.pk, "整套文书", way)
    personal.look(actor=actor, view=view, standing=standing(actor, case), reason=unnamed(case, reason))


def look_at_photo(*, actor: Officer, case: Case, photo: Photo, reason: str = "") -> None:
    """A photograph is about to be shown; one of goods or of the place shows nobody. Raises as a paper does."""
    if photo.what in OPEN_PICTURES:
        return
    view = View("case", Thing.PICTURES, "case", case.pk, case.pk, "涉及个人的照片", "照片")
    personal.look(actor=actor, view=view, standing=standing(actor, case), reason=unnamed(case, reason))


def sight_of(officer: Officer, case: Case, thing: Thing, paper: Planned | None = None) -> Sight:
    """What an officer sees of a case now, so that its page shows it, asks for a reason, or says that it may not."""
    return personal.sight(standing(officer, case, paper), thing)


def standing(officer: Officer, case: Case, paper: Planned | None = None) -> Standing:
    """Where an officer stands to a case now, and to one paper of it."""
    if works_on(officer, case):
        return Standing(works=True)
    return Standing(
        decides=decides_on(officer, case),
        signs=paper is not None and bool(own_roles(case, officer, paper)),
        may_ask=may(officer, "enforcement.see_personal"),
    )


def note_search(officer: Officer, words: str) -> None:
    """Cases that are not the officer's own were found by a name or a number of their people, or somebody was looked
    for by a whole number and nobody has it (who tries numbers out is seen): a look, which is entered.

    (Whoever may not see people even with a reason finds no such case: `queries.cases`.)
    """
    if not words or not may(officer, "enforcement.see_personal"):
        return
    readings = reads(words)
    count = len(keys(by_people(readings, of_others(officer))))
    if count or (names_a_person(readings) and not keys(by_people(readings, own(officer)))):
        personal.searched("enforcement.searched", actor=officer, words=spelled(words), count=count)


def _facts(case: Case, way: str) -> View:
    return View("case", Thing.FACTS, "case", case.pk, case.pk, "当事人信息", way)


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
