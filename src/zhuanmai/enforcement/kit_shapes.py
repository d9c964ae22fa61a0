"""The shapes of the kit (see case_shapes)."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from zhuanmai.enforcement.case_shapes import CaseCause, CaseOfficer, Named, WantedPhoto


class Certified(CaseOfficer):
    """An officer of the bureau; no number of a certificate that is not valid."""

    unit: str


class Colleague(Certified):
    """Who may be chosen: `works`, as an officer of a case of the bureau; `values`, to value its goods."""

    works: bool
    values: bool


class Me(Certified):
    """Who is signed in; `key`: whether a key is registered."""

    bureau: str
    key: bool


class FineRange(TypedDict):
    """A cause's fine: `low` to `high` as shares of `base` (in words), or in CNY where `base` is empty.

    `optional`: the article leaves it open whether to fine (可以).
    """

    base: str
    low: str
    high: str
    optional: bool
    article: str


class OfferedCause(CaseCause):
    """A cause with who decides it, whether here, and what penalties it allows on the spot.

    `ordered`: of warning and fine, what the article orders. `income_taken`: illegal income is confiscated.
    `fine`: none where the article has none, or never on the spot.
    """

    decided_by: str
    decidable: bool
    on_the_spot: list[str]
    ordered: list[str]
    income_taken: bool
    fine: FineRange | None


class Coded(TypedDict):
    """A code with its name."""

    code: str
    name: str


class SpotLimits(TypedDict):
    """What a penalty on the spot may be: kinds, circumstances that mitigate, limits (CNY), usual words of payment."""

    penalties: list[Coded]
    circumstances: list[Coded]
    citizen_max: str
    organisation_max: str
    payment: str


class OutlineQuestion(TypedDict):
    """A question with its usual answers; `insert`: what is put into it."""

    id: str
    text: str
    answers: list[str]
    insert: NotRequired[str]


class Paragraph(TypedDict):
    """A standard paragraph."""

    code: str
    text: str


class SceneFact(Paragraph):
    """What may be seen on the scene, as it is tapped and as it is written."""

    words: str


class Outline(TypedDict):
    """An outline of questions and of the scene, by cause; `general` is for all."""

    code: str
    name: str
    causes: list[str]
    questions: list[OutlineQuestion]
    paragraphs: list[Paragraph]
    scene_facts: list[SceneFact]


class PhotoList(TypedDict):
    """The pictures that cases of these causes must and may have."""

    name: str
    causes: list[str]
    photos: list[WantedPhoto]


class GunSettings(TypedDict):
    """How a gun is told from a keyboard."""

    gun_gap_ms: int
    gun_decide_ms: int
    gun_prefix: str


class Defaults(TypedDict):
    """What forms begin with."""

    district_code: str
    second_officer_id: str | None
    recorder_id: str | None
    heads: list[Named]
    storage_places: list[str]
    storage_place: str


class Kit(TypedDict):
    """What the field kit needs besides the catalogue, as of now."""

    me: Me
    officers: list[Colleague]
    causes: list[OfferedCause]
    simple: SpotLimits
    outlines: list[Outline]
    photo_lists: list[PhotoList]
    settings: GunSettings
    districts: list[Coded]
    now: str
    today: str
    defaults: Defaults
