"""The shapes of a case's goods as a tablet is told them (see case_shapes)."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

Kind = Literal["counterfeit", "smuggled", "diverted", "unlicensed", "to_test"]
Level = Literal["danger", "warning", "info", "off"]


class Change(TypedDict):
    """An earlier value of a line."""

    field: str
    words: str
    before: Any
    after: Any
    by: str | None
    at: str | None


class Line(TypedDict):
    """Goods of one kind: what was counted, in the line's own unit, and what that makes."""

    id: str
    party_id: str | None
    product_id: str | None
    barcode: str
    tail: str
    name: str
    description: str
    goods: str
    kind: Kind | None
    quantity: str
    unit: str
    cartons: str | None
    sticks: int | None
    price: str | None
    per: str
    price_mark: str
    price_reason: str
    price_basis: str
    value: str | None
    note: str
    listed: bool
    packs_per_carton: int | None
    sticks_per_carton: int | None
    bag_no: str
    strip_no: str
    outcome: str | None
    version: int
    last_at: str | None
    codes: list[str]
    samples: list[str]
    changed_by: str | None
    history: list[Change]


class UnknownGoods(TypedDict):
    """A barcode that nobody named yet."""

    barcode: str
    n: str
    status: str
    line_id: str


class OtherUnit(TypedDict):
    """What is not counted in cartons."""

    unit: str
    quantity: str


class Totals(TypedDict):
    """The sums of all lines."""

    lines: int
    cartons: str
    sticks: int
    value: str
    by_kind: dict[str, str]
    unpriced: int
    without_sticks: int
    other_units: list[OtherUnit]


class Threshold(TypedDict):
    """A threshold that lights up: how urgent, in words, its article, how it is computed."""

    code: str
    level: Level
    words: str
    article: str
    detail: str


class CartonCode(TypedDict):
    """A carton code (喷码) as it was read and judged."""

    id: str
    line_id: str
    sorted_on: str
    row1: str
    row2: str
    company: str
    licence_no: str
    means: str
    words: str
    shop_name: str
    notices: list[str]
    confidence: float


class Sample(TypedDict):
    """A sample taken from a line."""

    line_id: str
    base: str
    cartons: str
    purpose: str
    method: str
    packing_form: str
    state: str
    sample_no: str
    sealed: str
