"""JSON for the tablet and the pages: identify, catalogue, search, licensees, causes, citations, terms."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may, require
from zhuanmai.core.clock import today
from zhuanmai.reference import calendar, carton_codes, catalogue, causes, identifiers, licensees, services
from zhuanmai.reference.catalogue import Listed
from zhuanmai.reference.causes import CauseFound
from zhuanmai.reference.citations import Citation, citations_in
from zhuanmai.reference.identify import Candidate, identify
from zhuanmai.reference.models import Licensee
from zhuanmai.reference.standing import standing_of

router = Router(tags=["reference"])


class CandidateOut(Schema):
    """A product that a barcode may name, in its packing unit, with its price on that day."""

    product_id: uuid.UUID
    name: str
    unit: str
    packs: int | None
    sticks: int | None
    price: str | None
    per: str
    price_mark: str
    price_basis: str
    type: str
    origin: str


class WayOut(Schema):
    """A way on: its code and the words on its button."""

    code: str
    words: str


class IdentificationOut(Schema):
    """What a barcode is on a day."""

    barcode: str
    status: str
    message: str
    candidates: list[CandidateOut]
    near: list[CandidateOut]
    ways_on: list[WayOut]


class ProductOut(Schema):
    """A product found by search."""

    product_id: uuid.UUID
    carton_barcode: str
    pack_barcode: str
    name: str
    initials: str
    packs: int | None
    sticks: int | None
    price: str | None
    per: str
    price_mark: str
    type: str
    origin: str


class LookIn(Schema):
    """Why one holder's full data is looked at, and for which case of one's own."""

    reason: str = ""
    case_id: uuid.UUID | None = None


class LicenseeOut(Schema):
    """A holder of a licence; `masked`: personal data is hidden; `standing`: as it stands today, with its words."""

    licence_no: str
    masked: bool
    holder_name: str
    holder_id: str
    uscc: str
    phone: str
    shop_name: str
    business_type: str
    district_code: str
    address: str
    longitude: float | None
    latitude: float | None
    status: str
    standing: str
    standing_words: str
    issued_on: dt.date | None
    valid_to: dt.date | None


class CitationOut(Schema):
    """A citation in its printed form, with its own sentence (empty where the text is not kept)."""

    full: str
    text: str
    whole_article: str
    instrument: str


class CauseOut(Schema):
    """A case cause with its articles."""

    code: str
    name: str
    violated: list[CitationOut]
    penalised: list[CitationOut]
    fine: dict[str, Any] | None
    order: str
    simple_procedure: str
    decided_by: str
    decidable: bool
    certainty: str
    open_points: list[str]


class CodeOut(Schema):
    """A carton code taken apart and judged."""

    row1: str
    row2: str
    sorted_on: dt.date
    company: str
    licence_no: str
    corrections: list[str]
    confidence: float
    means: str
    message: str
    notices: list[str]
    shop_name: str


class IdentifierOut(Schema):
    """An identifier that passed its check, with what it tells."""

    kind: str
    value: str
    district: str
    born_on: dt.date | None
    sex: str
    notices: list[str]


class DueOut(Schema):
    """When a term ends."""

    code: str
    what: str
    date: dt.date
    at: dt.datetime | None
    provisional: bool
    note: str
    source: str
    certainty: str


@router.get("/identify", response=IdentificationOut)
def identify_barcode(
    request: HttpRequest, barcode: str, on: dt.date | None = None, region: str | None = None
) -> dict[str, Any]:
    """What a scanned barcode is on a day (today if none is given), or a way on."""
    require(_officer(request), "reference.see")
    found = identify(barcode, on or today(), region=region)
    return {
        "barcode": found.barcode,
        "status": found.status,
        "message": found.message,
        "candidates": [_candidate(one) for one in found.candidates],
        "near": [_candidate(one) for one in found.near],
        "ways_on": [{"code": way.code, "words": way.words} for way in found.ways_on],
    }


@router.get("/catalogue", response={200: dict[str, Any]})
def tablet_catalogue(request: HttpRequest, on: dt.date | None = None, region: str | None = None) -> HttpResponse:
    """The whole catalogue for a tablet. Answers 304 when the tablet's copy (If-None-Match) is still right."""
    require(_officer(request), "reference.see")
    body = catalogue.catalogue_for_tablet(on or today(), region)
    tag = f'"{body["version"]}-{body["on"]}"'
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    else:
        answer = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


@router.get("/search", response=list[ProductOut])
def search_products(
    request: HttpRequest, q: str, on: dt.date | None = None, region: str | None = None
) -> list[dict[str, Any]]:
    """Products by the last digits of a barcode, part of a name, or pinyin initials."""
    require(_officer(request), "reference.see")
    return [_product(one) for one in catalogue.search(q, on or today(), region)]


@router.get("/licensees", response=list[LicenseeOut])
def find_licensees(request: HttpRequest, q: str) -> list[dict[str, Any]]:
    """Licensees by licence number, citizen's number or phone (whole or the last four), or part of a name; masked."""
    actor = _officer(request)
    require(actor, "reference.see_register")
    services.note_search(actor=actor, words=q)
    people = may(actor, "reference.see_personal")
    return [_licensee(one, masked=True) for one in licensees.find(q, people=people)]


@router.post("/licensees/{licence_no}/look", response=LicenseeOut)
def look_at_licensee(request: HttpRequest, licence_no: str, given: LookIn) -> dict[str, Any]:
    """One licensee in full; needs a reason, and the look is on the ledger."""
    number = identifiers.retail_licence_no(licence_no).value
    found = services.see_licensee(
        actor=_officer(request), licence_no=number, reason=given.reason, query=licence_no, case_id=given.case_id
    )
    return _licensee(found, masked=False)


@router.get("/causes", response=list[CauseOut])
def all_causes(request: HttpRequest) -> list[dict[str, Any]]:
    """The case causes with their articles in full."""
    require(_officer(request), "reference.see")
    return [_cause(one) for one in causes.causes()]


@router.get("/citations", response=list[CitationOut])
def citation_text(request: HttpRequest, q: str) -> list[dict[str, Any]]:
    """Every citation in a text ("实施条例 23(2)") in its printed form and with its sentence."""
    require(_officer(request), "reference.see")
    return [_citation(one) for one in citations_in(q)]


@router.get("/carton-code", response=CodeOut)
def carton_code(
    request: HttpRequest, row1: str, row2: str, licence_no: str = "", on: dt.date | None = None
) -> dict[str, Any]:
    """A 32-character carton code taken apart, and whose shop it names beside the one given."""
    require(_officer(request), "reference.see")
    day = on or today()
    code = carton_codes.read(row1, row2, day)
    judged = carton_codes.judge(code, licence_no, day)
    return {
        **{name: getattr(code, name) for name in ("row1", "row2", "sorted_on", "company", "licence_no", "confidence")},
        "corrections": list(code.corrections),
        "means": judged.means,
        "message": judged.message,
        "notices": list(judged.notices),
        "shop_name": judged.licence.shop_name if judged.licence else "",
    }


@router.get("/identifiers/{kind}", response=IdentifierOut)
def check_identifier(request: HttpRequest, kind: str, value: str) -> dict[str, Any]:
    """Check a citizen_id, uscc, retail_licence_no, phone or plate; a refusal says what is wrong and where."""
    require(_officer(request), "reference.see")
    found = identifiers.of_kind(kind).validate(value, field="value")
    return {
        **{name: getattr(found, name) for name in ("kind", "value", "district", "born_on", "sex")},
        "notices": list(found.notices),
    }


@router.get("/deadlines/{code}", response=DueOut)
def due(request: HttpRequest, code: str, trigger: dt.datetime | dt.date) -> dict[str, Any]:
    """When the term with this code ends, if it begins on that day or at that moment."""
    require(_officer(request), "reference.see")
    found = calendar.deadline(code, trigger)
    names = ("code", "what", "date", "at", "provisional", "note", "source", "certainty")
    return {name: getattr(found, name) for name in names}


def _officer(request: HttpRequest) -> Officer:
    return cast(Officer, request.user)


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "product_id": one.product.id,
        "name": one.product.name,
        "unit": one.unit,
        "packs": one.product.packs_per_carton,
        "sticks": one.product.sticks_per_carton,
        "price": None if one.price.amount is None else str(one.price.amount),
        "per": one.price.per,
        "price_mark": one.price.mark,
        "price_basis": one.price.basis_source,
        "type": one.product.kind,
        "origin": one.product.origin,
    }


def _product(one: Listed) -> dict[str, Any]:
    return {
        "product_id": one.product.id,
        "carton_barcode": one.code("carton"),
        "pack_barcode": one.code("pack"),
        "name": one.product.name,
        "initials": one.product.initials,
        "packs": one.product.packs_per_carton,
        "sticks": one.product.sticks_per_carton,
        "price": None if one.price.amount is None else str(one.price.amount),
        "per": one.price.per,
        "price_mark": one.price.mark,
        "type": one.product.kind,
        "origin": one.product.origin,
    }


def _licensee(one: Licensee, *, masked: bool) -> dict[str, Any]:
    plain = {
        name: getattr(one, name)
        for name in (
            "licence_no", "shop_name", "business_type", "district_code", "longitude", "latitude", "status", "issued_on",
            "valid_to", "uscc", "address", "holder_name", "holder_id", "phone",
        )
    }  # fmt: skip
    found = standing_of(one)
    stands = {"standing": found.value, "standing_words": str(found.words)}
    return {**plain, **stands, **(licensees.masked(one) if masked else {}), "masked": masked}


def _citation(one: Citation) -> dict[str, Any]:
    return {"full": one.full, "text": one.text, "whole_article": one.whole_article, "instrument": one.instrument}


def _cause(one: CauseFound) -> dict[str, Any]:
    fine = one.fine
    return {
        **{name: getattr(one, name) for name in ("code", "name", "order", "decidable", "certainty")},
        "simple_procedure": one.simple_procedure.value,
        "decided_by": one.decided_by.value,
        "violated": [_citation(each) for each in one.violated],
        "penalised": [_citation(each) for each in one.penalised],
        "fine": {name: str(value) if value is not None and name not in ("optional",) else value
                 for name, value in vars(fine).items()} if fine else None,
        "open_points": list(one.open_points),
    }  # fmt: skip
