"""Random cases: on every document exactly the facts of the case, nothing out of its box, nothing left empty."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.documents.reading import outside, pages_of, squeezed, text_of
from zhuanmai.core.goods import GoodsKind
from zhuanmai.documents import fields, fonts
from zhuanmai.documents.facts import OfficerFacts, RefusalFacts
from zhuanmai.documents.rendering import Signature, render
from zhuanmai.enforcement import goods_in_words as goods
from zhuanmai.enforcement.case_facts import AnswerFacts, CaseFacts, ItemLine, PersonFacts, PresenceFacts
from zhuanmai.enforcement.case_papers import PAPERS

pytestmark = pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build")

CASES = int(os.environ.get("ZHUANMAI_PROPERTY_CASES", "30"))
AT = dt.datetime(2025, 10, 30, 11, 50, tzinfo=dt.timezone(dt.timedelta(hours=8)))
FORMS = PAPERS.forms
# GB 2312 has the 6,763 characters of levels one and two; the rest are of the standard table's level three.
COMMON = [
    bytes((high, low)).decode("gb2312")
    for high in range(0xB0, 0xF8)
    for low in range(0xA1, 0xFF)
    if not (high == 0xD7 and low > 0xF9)
]
RARE = list("𬭎𬸪𫍯㛃䶮𬴂犇喆堃赟彧翀昇祎玥")
KINDS = [(kind.value, kind.zh) for kind in GoodsKind]

hanzi = st.one_of(st.sampled_from(COMMON), st.sampled_from(COMMON), st.sampled_from(RARE))
names = st.text(hanzi, min_size=2, max_size=4)
long_names = st.text(hanzi, min_size=15, max_size=40).map(lambda words: words + "商行（个体工商户）")
addresses = st.tuples(
    st.text(hanzi, min_size=5, max_size=90), st.from_regex(r"[A-Z]{0,40}[0-9]{1,30}号", fullmatch=True)
).map("".join)
digits = st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True)


@st.composite
def lines(draw: st.DrawFn, most: int) -> list[ItemLine]:
    """Goods: mostly cartons, some by the stick or kilogram, some without price or sticks; names short, long, Latin."""
    number = draw(st.sampled_from([0, 1, 2, 11, 12, 13, 28, 29, 30, 31, 60, most]))
    seed = draw(st.randoms(use_true_random=False))
    made = []
    for no in range(1, number + 1):
        kind, kind_zh = seed.choice(KINDS)
        unit = seed.choices(["条", "支", "公斤"], [18, 1, 1])[0]
        quantity = Decimal(seed.randint(1, 4000)) / (10 if seed.random() < 0.1 else 1)
        price = Decimal(seed.randint(100, 999_999)) / 100 if seed.random() < 0.9 else None
        latin = seed.random() < 0.1
        name = "W" * seed.randint(1, 60) if latin else "".join(seed.choices(COMMON, k=seed.choice([2, 4, 8, 40])))
        made.append(
            ItemLine(
                no=no,
                name=f"{name}（{no}）",
                unit=unit,
                quantity=quantity,
                barcode=str(seed.randint(10**12, 10**13 - 1)),
                cartons=quantity if unit == "条" else None,
                sticks=quantity * 200 if unit == "条" and seed.random() < 0.9 else None,
                price=price,
                per=unit,
                value=(price * quantity).quantize(Decimal("0.01")) if price is not None else None,
                price_mark=None if price is not None else goods.UNPRICED,
                kind=kind,
                kind_zh=kind_zh,
                codes=tuple(
                    f"{seed.randint(10**15, 10**16 - 1)}XMYC{seed.randint(10**11, 10**12 - 1)}"
                    for _ in range(seed.choices([0, 1, 40], [20, 4, 1])[0])
                ),
                bag_no=f"B{seed.randint(1, 9999)}" if seed.random() < 0.1 else None,
                note="备注" * seed.choice([0, 0, 1, 20]) or None,
                outcome=seed.choice(["返还", "送检", "移送", "依法处理", "解除"]),
            )
        )
    return made


@st.composite
def cases(draw: st.DrawFn) -> CaseFacts:
    """A case: the sample with its people, places and goods replaced."""
    everything: dict[str, Any] = {}
    for code in (
        "D08",
        "D02",
        "D03",
        "D04",
        "D05",
        "D06",
        "D07",
        "D08",
        "D13",
        "D21",
        "D36",
        "D40",
        "D42",
        "D57",
        "D60",
        "D64",
    ):
        everything = json.loads((FORMS / code / "sample.json").read_text(encoding="utf-8")) | everything
    facts = CaseFacts.from_json(everything)
    place, present, refuses = draw(addresses), draw(st.booleans()), draw(st.booleans())
    party = dataclasses.replace(
        facts.party,
        name=draw(st.one_of(names, long_names)),
        id_no=draw(digits),
        address=draw(addresses),
        licence_no=draw(st.one_of(st.none(), st.from_regex(r"3502[0-9]{8}", fullmatch=True))),
        kind=draw(st.sampled_from(["person", "individual_business", "organisation"])),
    )
    person = PersonFacts(draw(names), relation="雇员", id_no=draw(digits), phone="13900000000", address=draw(addresses))
    return dataclasses.replace(
        facts,
        party=party,
        inspection=dataclasses.replace(
            facts.inspection, place=place, narrative=draw(st.text(hanzi, min_size=1, max_size=900))
        ),
        presence=PresenceFacts(party_present=present),
        person_in_charge=None if present else person,
        witness=person if refuses or not present else None,
        refusal=RefusalFacts(draw(st.text(hanzi, min_size=4, max_size=180))) if refuses else None,
        officers=(OfficerFacts(draw(names), "35020610001"), OfficerFacts(draw(names), "35020610002")),
        items=goods.items(draw(lines(200))),
        questioning=dataclasses.replace(
            facts.questioning,
            answers=tuple(
                AnswerFacts(*pair) for pair in draw(st.lists(st.tuples(addresses, addresses), min_size=1, max_size=12))
            ),
        )
        if facts.questioning
        else None,
    )


def sure(facts: CaseFacts, code: str) -> list[str]:
    """What must be on this document, whatever its layout."""
    party, inspection = facts.party, facts.inspection
    said = [party.name, facts.unit.name]
    if code not in ("D01", "D40", "D57", "D64", "D13", "D06"):
        said.append(party.id_no)
    if code in ("D02", "D08", "D36"):
        said += [party.address, party.licence_no]
    if code in ("D02", "D03", "D08"):
        said.append(inspection.place)
    if code == "D02":
        said += [person.name for person in (facts.person_in_charge, facts.witness) if person]
    if code == "D64":
        said += [words for line in facts.items.lines for words in (line.name, line.barcode, line.bag_no, *line.codes)]
    if code in ("D13", "D21"):
        said += [line.name for line in facts.items.lines]
    if code in ("D03", "D04", "D13", "D21", "D64") and facts.items.totals:
        said.append(facts.items.totals.words)
    if code == "D07" and facts.questioning:
        said += [words for pair in facts.questioning.answers for words in (pair.question, pair.answer)]
    if code in ("D02", "D04", "D21", "D42", "D60", "D64") and facts.refusal:
        said.append(facts.refusal.reason)
    return [squeezed(words) for words in said if words and code != "D01"]


def body_of(code: str, pdf: bytes) -> str:
    """The text without the footers, so that what goes on over a page reads on."""
    return text_of(pdf, above=99.0 if code in ("D02", "D07") else 79.0)


@pytest.mark.parametrize(
    "code", ["D02", "D03", "D04", "D05", "D07", "D08", "D13", "D21", "D36", "D40", "D42", "D60", "D64"]
)
@settings(
    max_examples=max(CASES // 3, 3),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(facts=cases())
def test_a_random_case_is_wholly_on_its_documents(code: str, facts: CaseFacts) -> None:
    lacking = {field.path for field in fields.missing(code, facts)}
    if lacking:
        assert lacking <= {"items.lines", "items.lines[0].outcome", "party.sex", "party.ethnicity", "party.born_on"}
        assert not facts.items.lines
        return
    signatures = [Signature("officer", facts.officers[1].name, AT), Signature("officer", facts.officers[0].name, AT)]
    if facts.refusal:
        signatures.append(Signature("witness", facts.witness.name if facts.witness else "", AT))
    rendered = render(code, facts, signatures=signatures, qr_url="https://zm.example/verify/3f9a2c7d51e84b60")
    text = body_of(code, rendered.pdf)
    assert [words for words in sure(facts, code) if words not in text] == []
    assert outside(rendered.pdf) == []
    assert [page for page in pages_of(rendered.pdf) if "待填" in page] == []
    assert rendered.boxes == render(code, facts).boxes
