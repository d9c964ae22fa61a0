"""Every document with fields: renders from its sample, says what its field map names, stays in place."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from PIL import Image, ImageDraw

from tests.documents.reading import outside, pages_of, printed, squeezed, text_of
from zhuanmai.core.errors import Refused
from zhuanmai.documents import catalogue, fields, fonts, viewing
from zhuanmai.documents.facts import GlyphPicture, OpinionsFacts, RefusalFacts
from zhuanmai.documents.rendering import Signature, body_sha256, render
from zhuanmai.enforcement import goods_in_words as goods
from zhuanmai.enforcement import valuation_sheet as xlsx
from zhuanmai.enforcement.case_facts import CaseFacts, ItemLine, PersonFacts, PresenceFacts, PriceCatalogue
from zhuanmai.enforcement.case_papers import PAPERS

PRINTED = [kind.code for kind in catalogue.kinds().values() if kind.printed]
AT = dt.datetime(2025, 10, 30, 11, 50, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SAMPLES = PAPERS.forms
QR = "https://zm.example/verify/3f9a2c7d51e84b60"

pytestmark = pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build")


def picture(colour: str = "#5a8") -> bytes:
    """A photograph."""
    out = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(out, "JPEG")
    return out.getvalue()


def drawing() -> bytes:
    """A signature drawn on a tablet."""
    image = Image.new("RGBA", (600, 300), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(100, 200), (200, 80), (260, 220), (500, 120)], fill="black", width=9)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


KEPT = {"a" * 64: picture(), "b" * 64: picture("#58a"), "c" * 64: picture("black")}


def sample(code: str) -> CaseFacts:
    """The sample that lies beside a template."""
    return CaseFacts.from_json(json.loads((SAMPLES / code / "sample.json").read_text(encoding="utf-8")))


def signed() -> list[Signature]:
    """Everybody has signed: drawn, by name, with opinions."""
    drawn = drawing()
    return [
        Signature("officer", "乙", AT),
        Signature("officer", "甲", AT, drawn),
        Signature("party", "叶𬭎森", AT, drawn),
        Signature("witness", "林某", AT),
        Signature("provider", "叶𬭎森", AT, drawn),
        Signature("receiver", "叶𬭎森", AT, drawn),
        Signature("server", "甲", AT),
        Signature("server", "乙", AT),
        Signature("valuer", "己", AT),
        Signature("department_head", "丙", AT, opinion="同意承办人意见。"),
        Signature("legal_head", "丁", AT, opinion="事实清楚，同意。"),
        Signature("bureau_head", "戊", AT, opinion="同意。"),
    ]


def not_printed(code: str, path: str) -> bool:
    """Facts that are no words on paper: a choice, a picture; and lines that the annex lists."""
    listed_apart = code in ("D03", "D04", "D08") and path.startswith("items.lines[")
    return listed_apart or path.endswith((".picture", "service.electronic", ".agreed"))


@pytest.mark.parametrize("code", PRINTED)
def test_the_field_map_says_what_the_catalogue_says(code: str) -> None:
    asked = [(field.label, field.when) for field in catalogue.kind(code).fields]
    assert [(field.label, field.when) for field in catalogue.form(code).fields] == asked


@pytest.mark.parametrize("code", PRINTED)
def test_every_field_of_the_sample_is_on_the_paper(code: str) -> None:
    facts = sample(code)
    text = text_of(
        render(code, facts, signatures=signed(), qr_url=QR, kept=KEPT).pdf, above=100 if code in ("D02", "D07") else 79
    )
    absent = []
    for field in catalogue.form(code).fields:
        for path in field.paths:
            for concrete, value in fields.values(facts.to_json(), path):
                if not_printed(code, concrete) or fields.empty(value) or path in catalogue.kind(code).afterwards:
                    continue
                values = [v for v in value.values() if v] if isinstance(value, dict) else [value]
                if path.startswith("opinion."):
                    values = [value["words"]]
                absent += [concrete for v in values if not any(p in text for p in printed(v))]
    assert absent == []


@pytest.mark.parametrize("code", PRINTED)
def test_the_frame_is_as_bureaus_print_it(code: str) -> None:
    facts = sample(code)
    rendered = render(code, facts, signatures=signed(), qr_url=QR, kept=KEPT)
    pages = pages_of(rendered.pdf)
    assert len(pages) == rendered.page_count
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in page
        assert squeezed(catalogue.kind(code).copies_line) in page
    assert pages[0].startswith(squeezed(facts.unit.name + catalogue.kind(code).name))
    if catalogue.kind(code).number_word:
        assert facts.document.number in pages[0]
    assert outside(rendered.pdf) == []


@pytest.mark.parametrize("code", PRINTED)
def test_the_body_does_not_move_when_it_is_signed(code: str) -> None:
    facts = dataclasses.replace(sample(code), opinion=OpinionsFacts(officers=sample(code).opinion.officers))
    bare = render(code, facts, kept=KEPT)
    full = render(code, facts, signatures=signed(), qr_url=QR, kept=KEPT)
    assert full.boxes == bare.boxes
    assert full.page_count == bare.page_count
    assert full.body_sha256 == bare.body_sha256 == body_sha256(code, facts)


@pytest.mark.parametrize("code", PRINTED)
def test_the_same_input_gives_the_same_bytes(code: str) -> None:
    first = render(code, sample(code), signatures=signed(), qr_url=QR, kept=KEPT).pdf
    assert render(code, sample(code), signatures=signed(), qr_url=QR, kept=KEPT).pdf == first


@pytest.mark.parametrize("code", PRINTED)
def test_the_file_is_an_archive_file(code: str) -> None:
    with pikepdf.open(io.BytesIO(render(code, sample(code), kept=KEPT).pdf)) as document:
        metadata = document.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert "/OutputIntents" in document.Root
        assert "/JavaScript" not in document.Root.get("/Names", {})
        assert not document.is_encrypted
        for page in document.pages:
            for font in page.Resources.get("/Font", {}).values():
                descriptor = font.DescendantFonts[0].FontDescriptor if "/DescendantFonts" in font else font
                assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys())


@pytest.mark.parametrize("code", PRINTED)
def test_each_missing_fact_is_named_amber_and_clickable(code: str) -> None:
    empty = CaseFacts(unit=sample(code).unit)
    lacking = fields.missing(code, empty)
    preview = render(code, empty, preview=True)
    clickable = {box.path for box in preview.places("field")}
    named = {field.path for field in lacking if not field.path.startswith("opinion.officers")}
    assert lacking
    assert {field.path for field in preview.missing} == {field.path for field in lacking}
    assert {path for path in named if path not in clickable} == set()
    with pytest.raises(Refused) as refused:
        render(code, empty)
    assert refused.value.code == "document_incomplete"
    assert {error.field for error in refused.value.errors} == {field.path for field in lacking}


@pytest.mark.parametrize("code", [kind for kind in PRINTED if kind != "D57"])
def test_a_click_on_the_paper_leads_to_the_fact(code: str) -> None:
    preview = render(code, sample(code), preview=True, kept=KEPT, marks=["party.name"])
    paths = {box.path for box in preview.places("field")}
    known = catalogue.form(code)
    one_of_each = {path for field in known.fields for path in field.paths if "[" not in path}
    unprinted = {"service.electronic", "items.totals", "unit.seal", "document.dated_on", "evidence.picture"}
    answered = (
        {path for path in one_of_each if not not_printed(code, path)} - unprinted - catalogue.kind(code).afterwards
    )
    given = {
        path for path in answered if any(not fields.empty(v) for _, v in fields.values(sample(code).to_json(), path))
    }
    assert given - paths == set()


def test_seal_code_and_signatures_have_their_places() -> None:
    rendered = render("D04", sample("D04"))
    assert [(box.page, round(box.width)) for box in rendered.places("seal")] == [(1, 119)]
    assert {box.role for box in rendered.places("signature")} == {"officer:0", "officer:1", "party:0", "witness:0"}
    record = render("D02", sample("D02"))
    for role in ("party:page", "officer:0:page", "officer:1:page"):
        assert [b.page for b in record.places("signature") if b.role == role] == list(range(1, record.page_count + 1))
    left, bottom, right, top = rendered.places("seal")[0].on_pdf()
    assert 0 < left < right < 595
    assert 0 < bottom < top < 842


def test_who_refuses_is_told_and_the_witness_signs() -> None:
    reason = "当事人称需与家人商量，拒绝签名"
    facts = dataclasses.replace(
        sample("D02"), witness=PersonFacts("林见证", id_no="350206198001010011"), refusal=RefusalFacts(reason)
    )
    text = text_of(render("D02", facts, signatures=[Signature("party", "叶𬭎森", AT, refusal=reason)]).pdf)
    assert reason in text
    assert "拒绝签名" in text
    assert "林见证" in text
    assert "以上笔录已阅" not in text


def test_a_party_that_is_absent_needs_a_person_in_charge_and_a_witness() -> None:
    facts = dataclasses.replace(sample("D02"), presence=PresenceFacts(party_present=False))
    assert {field.path for field in fields.missing("D02", facts)} == {
        "person_in_charge.name",
        "person_in_charge.relation",
        "person_in_charge.id_no",
        "person_in_charge.phone",
        "witness.name",
    }


def test_what_comes_after_the_signatures_is_missed_only_at_the_end() -> None:
    facts = dataclasses.replace(sample("D08"), opinion=OpinionsFacts(officers=sample("D08").opinion.officers))
    bare = dataclasses.replace(facts, document=dataclasses.replace(facts.document, number=None))
    assert fields.missing("D08", bare) == []
    late = ["document.number", "opinion.department_head", "opinion.legal_head", "opinion.bureau_head"]
    assert [field.path for field in fields.missing("D08", bare, final=True)] == late
    heads = ("department_head", "legal_head", "bureau_head")
    assert fields.missing("D08", bare, final=True, number="厦湖烟立〔2025〕第1号", signed=heads) == []


def test_the_body_digest_covers_what_is_printed_and_nothing_else() -> None:
    facts = sample("D04")
    before = body_sha256("D04", facts, number="厦湖烟存通〔2025〕第1号")
    other = dataclasses.replace(facts, party=dataclasses.replace(facts.party, occupation="渔民"))
    assert body_sha256("D04", other, number="厦湖烟存通〔2025〕第1号") == before
    renamed = dataclasses.replace(facts, party=dataclasses.replace(facts.party, name="叶森"))
    assert body_sha256("D04", renamed, number="厦湖烟存通〔2025〕第1号") != before
    assert body_sha256("D04", facts, number="厦湖烟存通〔2025〕第2号") != before
    assert body_sha256("D08", sample("D08"), number="厦湖烟立〔2025〕第1号") == body_sha256("D08", sample("D08"))


def test_a_character_without_glyph_stops_the_document_and_a_picture_lets_it_pass() -> None:
    facts = sample("D42")
    strange = dataclasses.replace(facts, party=dataclasses.replace(facts.party, name="叶𮧵森"))
    with pytest.raises(Refused) as refused:
        render("D42", strange)
    assert refused.value.code == "glyph_missing"
    assert "𮧵" in refused.value.detail
    assert refused.value.extra == {"characters": ["𮧵"]}
    assert render("D42", strange, preview=True).glyphs_missing == ("𮧵",)
    drawn = dataclasses.replace(strange, glyphs=(GlyphPicture("𮧵", "c" * 64),))
    assert render("D42", drawn, kept=KEPT).glyphs_missing == ()


def test_the_annex_carries_its_totals_over_the_pages() -> None:
    facts = sample("D64")
    pages = pages_of(render("D64", facts).pdf)
    carried, done = Decimal(0), 0
    for index, page in enumerate(pages):
        last = index == len(pages) - 1
        shown = [line for line in facts.items.lines if line.barcode and line.barcode in page]
        assert [line.no for line in shown] == list(range(done + 1, done + len(shown) + 1))
        assert ("承前页" in page) == (index > 0)
        if index:
            assert f"承前页{carried}条" in page
        subtotal = sum(line.quantity for line in shown)
        carried, done = carried + subtotal, done + len(shown)
        assert f"本页小计{subtotal}条" in page
        assert (f"转下页{carried}条" in page) == (not last)
    assert carried == 500
    assert done == 43
    assert "合计：500条、99240支" in pages[-1]


def test_the_valuation_names_each_line_that_was_valued_otherwise() -> None:
    lines = [
        ItemLine(
            1, "中华（硬）", "条", Decimal(3), price=Decimal(450), per="条", value=Decimal(1350), cartons=Decimal(3)
        ),
        _marked(2, "手工价", "按当事人进货单"),
        _marked(3, "退出目录", None),
        _marked(4, "沿用2025年下半年目录", None),
        _marked(5, "未核价", None, value=None),
    ]
    basis = goods.price_basis(lines, [PriceCatalogue("2025年下半年卷烟零售价格目录", "福建省烟草专卖局", AT.date(), 1)])
    facts = dataclasses.replace(sample("D13"), items=goods.items(lines))
    facts = dataclasses.replace(facts, prices=dataclasses.replace(facts.prices, basis=basis))
    text = text_of(render("D13", facts).pdf)
    for words in (
        "福建省烟草专卖局2025年10月30日发布的《2025年下半年卷烟零售价格目录》",
        "手工价1项：第2项",
        "按当事人进货单",
        "退出目录1项：第3项",
        "沿用2025年下半年目录1项：第4项",
        "未核价1项：第5项",
        "1,650.00元（另有1项未核价",
    ):
        assert words in text
    assert "203,250.00元（另有3项未核价" in text_of(render("D13", sample("D13")).pdf)


def _marked(no: int, mark: str, reason: str | None, value: Decimal | None = Decimal(100)) -> ItemLine:
    one = Decimal(1)
    return ItemLine(
        no,
        f"品种{no}",
        "条",
        one,
        cartons=one,
        price=value,
        per="条",
        value=value,
        price_mark=mark,
        price_reason=reason,
    )


def test_the_spreadsheet_computes_its_totals() -> None:
    facts = sample("D13")
    hostile = dataclasses.replace(facts.items.lines[0], name="=1+1")
    facts = dataclasses.replace(facts, items=goods.items([hostile, *facts.items.lines[1:]]))
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.valuation(facts))).active
    first, last = 5, 5 + 42
    assert sheet.cell(first, 7).value == "=ROUND(E5*F5,2)"
    assert (sheet.cell(first, 2).data_type, sheet.cell(first, 2).value) == ("s", "=1+1")
    assert sheet.cell(last + 1, 7).value == f"=SUM(G{first}:G{last})"
    assert sheet.cell(last, 6).value is None
    assert sheet.cell(last, 7).value is None
    total = sum(sheet.cell(row, 5).value * (sheet.cell(row, 6).value or 0) for row in range(first, last + 1))
    assert total == 203250


def test_a_preview_is_a_picture_of_each_page_with_its_boxes() -> None:
    rendered = render("D02", sample("D02"), preview=True)
    shown = viewing.view(rendered, dpi=72)
    sizes = [Image.open(io.BytesIO(picture)).size for picture in viewing.page_pictures(rendered.pdf, dpi=72)]
    assert sizes == [(596, 842)] * rendered.page_count
    assert len(shown["pages"]) == rendered.page_count
    assert {"field", "qr", "signature"} <= {box["what"] for box in shown["boxes"]}


def test_facts_go_to_json_and_back() -> None:
    for code in PRINTED:
        facts = sample(code)
        assert CaseFacts.from_json(json.loads(json.dumps(facts.to_json()))) == facts
    with pytest.raises(ValueError, match=re.escape("facts.party: no fact is named nane")):
        CaseFacts.from_json({"unit": {"name": "局"}, "party": {"nane": "叶"}})


@pytest.mark.parametrize(
    "case, words",
    json.loads((Path(__file__).parent / "on_site_words.json").read_text(encoding="utf-8")).items(),
)
def test_the_real_case_says_what_it_must(case: str, words: list[str]) -> None:
    text = text_of(render(case, sample(case), kept=KEPT).pdf)
    assert [word for word in words if squeezed(word) not in text] == []
