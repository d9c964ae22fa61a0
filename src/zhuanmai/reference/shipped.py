"""What is shipped in `data/`, as rows of this room's tables. Reads files only; `loading` compares and writes."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.text import capfirst

from zhuanmai.core.ids import derived_id
from zhuanmai.reference.allowed import Source, allowed
from zhuanmai.reference.catalogue import initials
from zhuanmai.reference.causes import CAUSES_FILE
from zhuanmai.reference.models import (
    Article,
    Barcode,
    Cause,
    Certainty,
    DeadlineTerm,
    District,
    GoodsPrice,
    Price,
    PriceCatalogue,
    Product,
    Statute,
)
from zhuanmai.reference.thresholds import thresholds

_DATA = Path(__file__).resolve().parent / "data"
_AREAS = ("penalty", "licensing", "credit", "hotline")
_BARCODE_SOURCES = {"published": "公布的目录"}
_PARTS_FILE = "cause_parts.json"
_CAUSE_COLUMNS = ("code", "name", "en", "who", "violated", "penalised", "fine", "certainty")


def products() -> list[Product]:
    """The catalogue's products; each id comes from its carton barcode, so that every machine has the same."""
    return [
        Product(
            id=product_id(row["carton_barcode"]),
            name=row["name"],
            brand=row["brand"],
            initials=initials(row["name"]),
            manufacturer=row["manufacturer"],
            province=row["province"],
            origin=row["origin"],
            kind=row["type"],
            price_class=row["price_class"],
            packs_per_carton=_int(row["packs_per_carton"]),
            sticks_per_carton=_int(row["sticks_per_carton"]),
            priced_per=row["priced_per"],
            wholesale_price=Decimal(row["wholesale_price"]) if row["wholesale_price"] else None,
            scarce=row["scarce"] == "true",
            listed=row["listed"] == "true",
        )
        for row in _csv("products.csv")
    ]


def barcodes() -> list[Barcode]:
    """The products' carton and pack barcodes."""
    return [
        Barcode(
            id=derived_id("barcode", row["carton_barcode"], level),
            product_id=product_id(row["carton_barcode"]),
            code=row[f"{level}_barcode"],
            level=level,
            source=_BARCODE_SOURCES.get(row["barcode_source"], row["barcode_source"]),
        )
        for row in _csv("products.csv")
        for level in ("carton", "pack")
        if row[f"{level}_barcode"]
    ]


def price_catalogues() -> list[PriceCatalogue]:
    """The catalogues that the shipped prices were taken from."""
    return [
        PriceCatalogue(
            id=_catalogue_id(row["region"], row["valid_from"]),
            **{**row, "valid_from": _date(row["valid_from"]), "valid_to": _date(row["valid_to"])},
        )
        for row in _json("price_catalogues.json")["catalogues"]
    ]


def prices() -> list[Price]:
    """The shipped prices, each in the catalogue of its region and first day."""
    kept = _json("price_catalogues.json")["catalogues"]
    sources = {(row["region"], row["valid_from"]): row["source"] for row in kept}
    return [
        Price(
            id=derived_id("price", row["carton_barcode"], row["region"], row["valid_from"]),
            product_id=product_id(row["carton_barcode"]),
            catalogue_id=_catalogue_id(row["region"], row["valid_from"]),
            amount=Decimal(row["retail_price"]),
            per=row["per"],
            valid_from=_date(row["valid_from"]),
            source=sources[row["region"], row["valid_from"]],
        )
        for row in _csv("prices.csv")
    ]


def statutes() -> tuple[list[Statute], list[Article]]:
    """The seven instruments and their articles."""
    kept: list[Statute] = []
    articles: list[Article] = []
    for row in _json("statutes.json"):
        statute = Statute(
            id=derived_id("statute", row["short_name"], row["version"]),
            short_name=row["short_name"],
            name=row["name"],
            kind=row["kind"],
            version=_date(row["version"]),
            history=row["history"],
            source=row["source"],
        )
        kept.append(statute)
        articles.extend(
            Article(
                id=derived_id("article", row["short_name"], row["version"], one["article"]),
                statute_id=statute.id,
                number=one["article"],
                label=one["label"],
                chapter=one["chapter"],
                text=one["text"],
            )
            for one in row["articles"]
        )
    return kept, articles


def causes() -> list[Cause]:
    """The case causes in their order, each checked. Raises Refused (cause_data), naming file, cause and field."""
    checked = cause_laws(_json(CAUSES_FILE)["causes"], _json(_PARTS_FILE)["causes"])
    return [_cause(law, place) for place, law in enumerate(checked.values(), start=1)]


def cause_laws(rows: list[dict[str, Any]], parts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows of `case_causes.json` by code, with what `cause_parts.json` adds; `same_penalty_as` takes over a penalty.

    Pure. Raises Refused (cause_data) for what cannot be.
    """
    by_code = {row["code"]: row for row in rows}
    known = {one.code for one in thresholds()}
    if strange := set(parts) - set(by_code):
        raise Source(_PARTS_FILE, min(strange)).refuse("code", f"不在 {CAUSES_FILE} 中")
    found: dict[str, dict[str, Any]] = {}
    for bare in rows:
        code, source = bare["code"], Source(CAUSES_FILE, bare["code"])
        if code in found:
            raise source.refuse("code", "重复")
        if code not in parts:
            raise Source(_PARTS_FILE, code).refuse("parts", "缺少")
        same = bare.get("same_penalty_as")
        if same is not None and same not in by_code:
            raise source.refuse("same_penalty_as", f"“{same}”不存在")
        law = {**by_code.get(same or "", {}), **bare, **parts[code]}
        if strange := set(allowed(law, source).aggravated_by) - known:
            raise Source(_PARTS_FILE, code).refuse("aggravated_by", f"“{min(strange)}”不存在")
        if law["certainty"] not in Certainty.values:
            raise source.refuse("certainty", f"不认识“{law['certainty']}”")
        found[code] = law
    return found


def _cause(law: dict[str, Any], place: int) -> Cause:
    return Cause(
        id=derived_id("cause", law["code"]),
        code=law["code"],
        name=law["name"],
        english=law["en"],
        who=law.get("who", ""),
        violated=law["violated"],
        penalised=law["penalised"],
        fine=law.get("fine"),
        rest={key: value for key, value in law.items() if key not in _CAUSE_COLUMNS},
        certainty=law["certainty"],
        place=place,
    )


def terms() -> list[DeadlineTerm]:
    """Every legal term, by area, in its order."""
    return [DeadlineTerm(**row) for row in term_columns()]


def term_columns() -> list[dict[str, Any]]:
    """The columns of every legal term, but for when its row is made: needs no database."""
    data = _json("deadlines.json")
    kept = _json("deadline_words.json")
    words, english = kept["terms"], kept["english"]
    rows = [(area, row) for area in _AREAS for row in data[area]]
    return [
        dict(
            id=derived_id("term", row["code"]),
            code=row["code"],
            area=area,
            trigger=words[row["code"]][0],
            trigger_english=capfirst(
                english.get(row["code"], [""])[0] or row.get("trigger") or row.get("before") or row.get("extends", "")
            ),
            before="before" in row,
            **{name: row.get(name) for name in ("years", "months", "days", "hours", "minutes")},
            unit=row.get("unit", ""),
            what=words[row["code"]][1],
            what_english=capfirst(english.get(row["code"], ["", ""])[1] or row.get("what", "")),
            on_overrun=words[row["code"]][2],
            source=words[row["code"]][3] if len(words[row["code"]]) > 3 else row.get("source", ""),
            certainty=row["certainty"],
            place=place,
        )
        for place, (area, row) in enumerate(rows, start=1)
    ]


@lru_cache(maxsize=1)
def counting() -> dict[str, dict[str, Any]]:
    """How each shipped term is counted, by its code (`count` of `deadlines.json`)."""
    data = _json("deadlines.json")
    return {row["code"]: row["count"] for area in _AREAS for row in data[area]}


@lru_cache(maxsize=1)
def additional_fine() -> tuple[Decimal, bool]:
    """The additional fine a day in per cent of what is unpaid, and whether the day of payment counts."""
    row = next(row for row in _json("deadlines.json")["penalty"] if row["code"] == "additional_fine")
    return Decimal(str(row["rate_percent"])), bool(row["payment_day_counts"])


@lru_cache(maxsize=1)
def reminders() -> tuple[int, ...]:
    """The stages of a reminder of a term: days before its end, 0 on the day, -1 when it is over."""
    return tuple(_json("deadlines.json")["reminders"])


def first_reminder() -> int:
    """How many days before its end anybody is reminded of any term."""
    own = (stage for how in counting().values() for stage in how.get("reminders", ()))
    return int(max([*reminders(), *own]))


def goods_prices() -> list[GoodsPrice]:
    """The shipped prices by kind of goods."""
    return [
        GoodsPrice(
            id=derived_id("goods_price", row["goods"], row["per"], row["valid_from"]),
            **{**row, "amount": Decimal(row["amount"]), "valid_from": _date(row["valid_from"])},
        )
        for row in _json("goods_prices.json")["prices"]
    ]


def districts() -> list[District]:
    """The city and its districts."""
    return [District(code=code, name=name) for code, name in _json("identifiers.json")["districts"].items()]


def product_id(carton_barcode: str) -> Any:
    """The id of the product with this carton barcode, the same on every machine."""
    return derived_id("product", carton_barcode)


def _catalogue_id(region: str, valid_from: str) -> Any:
    return derived_id("price_catalogue", region, valid_from)


def _csv(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _json(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))


def _int(text: str) -> int | None:
    return int(text) if text else None


def _date(text: str | None) -> Any:
    return dt.date.fromisoformat(text) if text else None
