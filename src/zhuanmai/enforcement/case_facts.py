"""The facts of a case (案件事实) as documents print them: one frozen tree, named as `documents.json` names the fields.

A fact that is not known is None (or an empty tuple). Moments are timezone-aware, money is yuan as Decimal, quantities
are Decimals in the unit named beside them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from zhuanmai.documents.facts import DocumentFacts, Facts


@dataclass(frozen=True)
class ReportFacts:
    """A report from the public (举报, D01). `by` is protected and stays None for an anonymous report."""

    at: dt.datetime | None = None
    way: str | None = None
    by: str | None = None
    anonymous: bool = False
    text: str | None = None


@dataclass(frozen=True)
class ClueFacts:
    """Where the case comes from (案件来源), e.g. 12313 投诉转办."""

    source: str | None = None
    received_at: dt.datetime | None = None
    text: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class CaseHead:
    """The case as filed: number and day of filing (both None before), and the summary (案情摘要)."""

    number: str | None = None
    filed_on: dt.date | None = None
    summary: str | None = None
    refused: bool = False


@dataclass(frozen=True)
class InspectionFacts:
    """The inspection (检查): began and ended to the minute, place down to the door number, what was seen."""

    began_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    place: str | None = None
    shop_name: str | None = None
    reason: str | None = None
    certificates_shown_at: dt.datetime | None = None
    narrative: str | None = None
    remarks: str | None = None


@dataclass(frozen=True)
class PersonFacts:
    """A person beside the party: person in charge on the spot (with `relation`), witness, legal representative."""

    name: str
    sex: str | None = None
    relation: str | None = None
    post: str | None = None
    id_kind: str | None = None
    id_no: str | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class PartyFacts:
    """The party (当事人). `kind`: person, individual_business (both print as a person), organisation, unknown."""

    kind: str = "person"
    name: str | None = None
    sex: str | None = None
    ethnicity: str | None = None
    born_on: dt.date | None = None
    id_kind: str | None = None
    id_no: str | None = None
    address: str | None = None
    business_address: str | None = None
    phone: str | None = None
    occupation: str | None = None
    licence_no: str | None = None
    licence_valid_to: dt.date | None = None
    shop_name: str | None = None
    representative: PersonFacts | None = None
    remark: str | None = None


@dataclass(frozen=True)
class PresenceFacts:
    """Whether the party was there during the inspection."""

    party_present: bool = True


@dataclass(frozen=True)
class CitationFacts:
    """An article: its short form (实施条例 23(2)), full form 《…实施条例》第二十三条第二款, and its text."""

    short: str
    full: str
    text: str | None = None


@dataclass(frozen=True)
class CauseFacts:
    """One cause (案由) with the articles it violates and those that penalise it."""

    code: str
    name: str
    violated: tuple[CitationFacts, ...] = ()
    penalised: tuple[CitationFacts, ...] = ()


@dataclass(frozen=True)
class CausesFacts:
    """The causes as printed, the same words in every document: 涉嫌 in front until the decision, joined with 、."""

    words: str
    each: tuple[CauseFacts, ...] = ()
    articles: str | None = None
    violated: str | None = None
    penalised: str | None = None


@dataclass(frozen=True)
class ItemLine:
    """One line of goods. `quantity` counts `unit` (条, 支, 公斤 …); `sticks` is None while not known.

    `price` is yuan per `per`; `price_mark`: 手工价, 退出目录, 沿用2025年下半年目录, 未核价 or None (in the catalogue).
    `kind`: counterfeit, smuggled, diverted, unlicensed, to_test; `kind_zh` is what is printed for it.
    `outcome` (D21): what happens to this line of registered goods (返还、送检、移送、依法处理、解除).
    """

    no: int
    name: str
    unit: str
    quantity: Decimal
    barcode: str | None = None
    cartons: Decimal | None = None
    sticks: Decimal | None = None
    price: Decimal | None = None
    per: str | None = None
    value: Decimal | None = None
    price_mark: str | None = None
    price_reason: str | None = None
    kind: str | None = None
    kind_zh: str | None = None
    note: str | None = None
    codes: tuple[str, ...] = ()
    bag_no: str | None = None
    strip_no: str | None = None
    outcome: str | None = None
    line_id: str | None = None


@dataclass(frozen=True)
class UnitTotal:
    """The sum of lines that are counted in one unit other than cartons."""

    unit: str
    quantity: Decimal


@dataclass(frozen=True)
class KindTotal:
    """The sum of one kind of goods; `words` is as printed (429条、12公斤)."""

    kind: str
    kind_zh: str
    lines: int
    cartons: Decimal
    words: str | None = None


@dataclass(frozen=True)
class ItemTotals:
    """合计: varieties, cartons, sticks (of the lines whose sticks are known), lines without sticks, other units."""

    lines: int
    cartons: Decimal
    sticks: Decimal
    lines_without_sticks: int = 0
    others: tuple[UnitTotal, ...] = ()
    by_kind: tuple[KindTotal, ...] = ()
    words: str | None = None


@dataclass(frozen=True)
class ItemsFacts:
    """The goods of the case: lines, totals, value of the priced lines, and the summary that records print."""

    lines: tuple[ItemLine, ...] = ()
    totals: ItemTotals | None = None
    value: Decimal | None = None
    unpriced: int = 0
    summary: str | None = None


@dataclass(frozen=True)
class PriceCatalogue:
    """A price catalogue (价格目录): title, who issued it and when, how many lines take their price from it."""

    title: str
    issuer: str | None = None
    issued_on: dt.date | None = None
    lines: int | None = None


@dataclass(frozen=True)
class PricesFacts:
    """Basis of prices: the catalogues used and the whole paragraph as printed (`basis`)."""

    basis: str | None = None
    catalogues: tuple[PriceCatalogue, ...] = ()
    valued_on: dt.date | None = None


@dataclass(frozen=True)
class RegistrationFacts:
    """Registration in advance (先行登记保存): reason, basis, where and how kept, from and until."""

    reason: str | None = None
    basis: str | None = None
    storage_place: str | None = None
    way: str | None = None
    from_: dt.date | None = None
    until: dt.date | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class OralApprovalFacts:
    """An oral approval in an urgent case (口头批准), made up in writing afterwards."""

    at: dt.datetime | None = None
    by: str | None = None
    post: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class SamplingFacts:
    """Sampling (抽样取证): purpose, method, time, place and how the samples were sealed."""

    purpose: str | None = None
    method: str | None = None
    began_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    place: str | None = None
    sealed: str | None = None
    sent_to: str | None = None


@dataclass(frozen=True)
class SampleLine:
    """One sample: base and number are counted in `unit` (条)."""

    no: int
    name: str
    base: Decimal
    quantity: Decimal
    unit: str = "条"
    packing_form: str | None = None
    sample_no: str | None = None
    state: str | None = None
    line_id: str | None = None


@dataclass(frozen=True)
class AnswerFacts:
    """One question and its answer; a question without answer is not printed."""

    question: str
    answer: str | None = None


@dataclass(frozen=True)
class QuestioningFacts:
    """One questioning (询问) of one person: `name` and the rest are taken from the party unless given."""

    ordinal: int | None = None
    began_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    rights_told_at: dt.datetime | None = None
    place: str | None = None
    answers: tuple[AnswerFacts, ...] = ()


@dataclass(frozen=True)
class EvidenceFacts:
    """A copied or extracted piece of evidence (D06). `picture` is the SHA-256 of a kept file (JPEG or PNG)."""

    kind: str | None = None
    name: str | None = None
    picture: str | None = None
    provided_by: str | None = None
    at: dt.datetime | None = None
    place: str | None = None
    way: str | None = None


@dataclass(frozen=True)
class PhotoFacts:
    """A photograph: `sha256` of the untouched original (printed), `picture` of the stamped copy that is shown."""

    no: int
    sha256: str
    picture: str | None = None
    at: dt.datetime | None = None
    place: str | None = None
    by: str | None = None
    caption: str | None = None


@dataclass(frozen=True)
class PhotosFacts:
    """How many photographs and films were made, and those of the photo sheet (D57)."""

    count: int = 0
    videos: int = 0
    sheet: tuple[PhotoFacts, ...] = ()


@dataclass(frozen=True)
class MeasureFacts:
    """A measure taken on the spot and the document that orders it: 先行登记保存, 厦湖烟存通〔2026〕第1号."""

    name: str
    number: str | None = None


@dataclass(frozen=True)
class ServiceFacts:
    """Service of documents (送达): where, how, to whom; consent to electronic service (D60)."""

    address: str | None = None
    receiver: str | None = None
    phone: str | None = None
    electronic: bool | None = None
    electronic_way: str | None = None
    place: str | None = None
    way: str | None = None
    at: dt.datetime | None = None
    substitute: str | None = None
    refusal: str | None = None
    remarks: str | None = None


@dataclass(frozen=True)
class CorrectionFacts:
    """An order to correct (责令改正): what to do, until when; `at_once` when on the spot."""

    what: str | None = None
    until: dt.date | None = None
    at_once: bool = False


@dataclass(frozen=True)
class PenaltyFacts:
    """A penalty on the spot: kinds (警告, 罚款), amount in yuan, how and by when it is paid."""

    kind: str | None = None
    amount: Decimal | None = None
    payment: str | None = None


@dataclass(frozen=True)
class CaseFacts(Facts):
    """All facts that any document of a case may print; each document takes its own part (`fields.body`)."""

    case: CaseHead = CaseHead()
    clue: ClueFacts = ClueFacts()
    report: ReportFacts | None = None
    inspection: InspectionFacts = InspectionFacts()
    presence: PresenceFacts = PresenceFacts()
    party: PartyFacts = PartyFacts()
    person_in_charge: PersonFacts | None = None
    witness: PersonFacts | None = None
    recorder: str | None = None
    causes: CausesFacts | None = None
    items: ItemsFacts = ItemsFacts()
    prices: PricesFacts = PricesFacts()
    valuer: str | None = None
    measures: tuple[MeasureFacts, ...] = ()
    registration: RegistrationFacts | None = None
    oral_approval: OralApprovalFacts | None = None
    sampling: SamplingFacts | None = None
    samples: tuple[SampleLine, ...] = ()
    evidence: EvidenceFacts | None = None
    photos: PhotosFacts = PhotosFacts()
    questioning: QuestioningFacts | None = None
    correction: CorrectionFacts | None = None
    facts: str | None = None
    basis: str | None = None
    penalty: PenaltyFacts | None = None
    defence: str | None = None
    remedies: str | None = None
    decided_at: dt.datetime | None = None
    place: str | None = None
    service: ServiceFacts | None = None
    documents: tuple[DocumentFacts, ...] = ()
    parent: DocumentFacts | None = None
    D04: DocumentFacts | None = None

    @property
    def day(self) -> dt.date | None:
        """The day of the document, else that of the inspection."""
        return self.document.dated_on or (self.inspection.began_at.date() if self.inspection.began_at else None)
