"""The shapes of what a tablet is told of a case. The API describes them; the front end's types come from that.

Amounts are texts as documents print them; moments are in the bureau's time; null is not known.
"""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from zhuanmai.enforcement.goods_shapes import CartonCode, Line, Sample, Threshold, Totals, UnknownGoods


class Named(TypedDict):
    """Somebody or something by id and name."""

    id: str
    name: str


class CaseUnit(Named):
    """The bureau of a case, and its squad's name."""

    squad: str


class CaseFacts(TypedDict):
    """Number, state, whose it is; `correcting`: why signed facts are open for correction."""

    id: str
    clue_no: str
    number: str | None
    filed_on: str | None
    state: str
    state_zh: str
    unit: CaseUnit
    reason: str
    correcting: str | None
    opened_at: str | None
    began_at: str | None


class Visit(TypedDict):
    """Times and scene of the visit."""

    began_at: str | None
    ended_at: str | None
    certificates_shown_at: str | None
    remarks: str
    narrative: str
    narrative_facts: list[str]


class Place(TypedDict):
    """Where the visit is."""

    address: str
    longitude: float | None
    latitude: float | None
    shop_name: str
    district_code: str


class Clue(TypedDict):
    """Where the case comes from."""

    source: str
    received_at: str | None
    text: str


class Report(TypedDict):
    """A report from the public (举报)."""

    at: str | None
    way: str
    by: str
    anonymous: bool
    text: str


class Person(TypedDict):
    """The person in charge on the spot, or a witness."""

    name: str
    sex: NotRequired[str]
    relation: NotRequired[str]
    id_kind: NotRequired[str]
    id_no: NotRequired[str]
    phone: NotRequired[str]
    address: NotRequired[str]


class Party(TypedDict):
    """A party (当事人); `representative`: an organisation's, as it was entered."""

    party_id: str
    id: str
    kind: str
    name: str
    sex: str
    ethnicity: str
    born_on: str | None
    id_kind: str
    id_no: str
    phone: str
    address: str
    occupation: str
    licence_no: str
    licence_valid_to: str | None
    representative: dict[str, Any] | None


class Presence(TypedDict):
    """Who was there, and whether somebody refuses to sign."""

    party_present: bool | None
    person_in_charge: Person | None
    witness: Person | None
    refuses_to_sign: bool
    refusal_reason: str


class CaseOfficer(Named):
    """One of the two officers."""

    certificate_no: str | None
    certificate_valid_to: str | None


class PendingOperation(TypedDict):
    """An operation that waits."""

    id: str
    kind: str
    at: str | None
    by: str
    tablet: str
    payload: dict[str, Any]
    status: str
    detail: str


class Photo(TypedDict):
    """A photograph; its address once the original is kept, and the officer may see it."""

    id: str
    photo_id: str
    line_id: str | None
    taken_at: str | None
    url: str | None
    what: str
    caption: str
    place: str
    sha256: str
    kept: bool
    quality: list[str]


class WantedPhoto(TypedDict):
    """A picture that the case must or may have."""

    code: str
    what: str
    must: bool


class ListedPhoto(WantedPhoto):
    """How many of them there are."""

    have: int


class Question(TypedDict):
    """One question with its answer."""

    id: str
    text: str
    answer: str


class Questioning(TypedDict):
    """A questioning (询问)."""

    questioning_id: str
    id: str
    party_id: str | None
    ordinal: int
    began_at: str | None
    ended_at: str | None
    rights_told_at: str | None
    place: str
    questions: list[Question]


Registration = TypedDict(
    "Registration",
    {
        "reason": str,
        "storage_place": str,
        "way": str,
        "from": str | None,
        "until": str | None,
        "submitted_at": str | None,
        "approved_at": str | None,
    },
)


class OralApproval(TypedDict):
    """An oral approval, until it is made up in writing."""

    by_officer_id: str
    by: str
    at: str | None
    reason: str
    made_up_at: str | None


class Evidence(TypedDict):
    """A copy or extract of evidence."""

    evidence_id: str
    photo_id: str | None
    at: str | None
    kind: str
    provided_by: str
    way: str
    place: str


class CaseCause(TypedDict):
    """A cause (案由) of the case."""

    code: str
    name: str


class Counting(TypedDict):
    """Whether counting is closed."""

    closed: bool
    closed_at: str | None
    fact_version: int


class Term(TypedDict):
    """A term: when it ends, and what is left of it, in words and by urgency (danger, warning, quiet; blank: ended)."""

    code: str
    what: str
    due: str
    due_at: str | None
    provisional: bool
    note: str
    left: str
    left_level: str
    article: str
    certainty: str
    met: bool
    ending: str


class CaseApproval(TypedDict):
    """A step of an approval, with its words; `why`: what made its round void."""

    id: str
    purpose: str
    purpose_zh: str
    step: str
    role: str
    words: str
    round: int
    state: str
    state_zh: str
    officer: str | None
    opinion: str
    why: str
    at: str | None
    asked_at: str | None


class MissingFact(TypedDict):
    """A fact that a document lacks."""

    field: str
    label: str
    path: str


class Signature(TypedDict):
    """A place of signature on a document, its role in words; `personal`: it is not an officer's."""

    role: str
    words: str
    name: str
    at: str
    refused: str
    personal: bool


class CaseDocument(TypedDict):
    """A document: what it lacks, who signed, who still has to.

    `why`: what its making or its seal failed of, or why it must be made again.
    """

    id: str
    code: str
    name: str
    number: str
    state: str
    state_zh: str
    why: str
    missing: list[MissingFact]
    pages: int | None
    signed: list[Signature]
    needs: list[str]
    copies: list[tuple[str, int]]


class SetMade(TypedDict):
    """How far the set of documents is that is being made; `error`: where the last one was broken off."""

    done: int
    total: int
    words: str
    error: str
    open: bool


class SetOutcome(TypedDict):
    """What became of the papers of the set that was made last: how many are new, as they were, incomplete, failed."""

    made: int
    unchanged: int
    incomplete: int
    failed: int


class TabletSeen(TypedDict):
    """A tablet of the case."""

    tablet: str
    officer: str
    scans: int
    last_seen: str | None
    unsent: int


class Service(TypedDict, total=False):
    """Where papers reach the party."""

    address: str
    receiver: str
    phone: str
    electronic: bool | None
    electronic_way: str
    way: str
    substitute: str


class Correction(TypedDict, total=False):
    """What the party is ordered to put right."""

    what: str
    until: str | None
    at_once: bool


class SpotPenalty(TypedDict, total=False):
    """A penalty on the spot (当场处罚). `bases`: what a cause's shares are of (CNY), by its code."""

    facts: str
    penalty_kind: str
    amount: str | None
    bases: dict[str, str]
    income: str | None
    circumstances: list[str]
    payment: str
    defence: str
    decided_at: str


class Next(TypedDict):
    """The act that comes next, as the primary button says it."""

    code: str
    words: str


class PossibleAct(Next):
    """An act that the officer may do now, with its article."""

    article: str


class CaseFacets(TypedDict):
    """A case with all that is entered and computed, up to its cursor."""

    case: CaseFacts
    inspection: Visit
    place: Place
    clue: Clue
    report: Report | None
    parties: list[Party]
    presence: Presence
    officers: list[CaseOfficer]
    recorder: Named | None
    lines: list[Line]
    unknown: list[UnknownGoods]
    pending: list[PendingOperation]
    totals: Totals
    thresholds: list[Threshold]
    codes: list[CartonCode]
    photos: list[Photo]
    photo_list: list[ListedPhoto]
    questionings: list[Questioning]
    registration: Registration | None
    oral_approval: OralApproval | None
    samples: list[Sample]
    evidence: list[Evidence]
    causes: list[CaseCause]
    counting: Counting
    deadlines: list[Term]
    approvals: list[CaseApproval]
    documents: list[CaseDocument]
    making: SetMade | None
    set_outcome: SetOutcome | None
    tablets: list[TabletSeen]
    service: Service | None
    correction: Correction | None
    simple: SpotPenalty | None
    summary: str
    valuer: Named | None
    next_act: Next | None
    cursor: int


class CaseState(CaseFacets):
    """As one officer may have it: `masked` where its people are, so that nothing of it may be sent back."""

    masked: bool
    acts: list[PossibleAct]
