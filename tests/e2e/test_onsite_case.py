"""The real case, from the first scan to the national system's receipt; everything equals expected.json."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest

from tests.desk import Desk, Problem
from tests.onsite import Play
from tests.stack import Stack

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "onsite-case"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def played(stack: Stack) -> tuple[Play, dict[str, Any], dict[str, str]]:
    """The whole case, played once; its last state, and the text of each sealed document (white space removed)."""
    play = Play(stack, FOLDER)
    play.prepare()
    play.open()
    play.count()
    play.record()
    state = play.sign()
    texts: dict[str, str] = {}
    for one in state["documents"]:
        path = f"/api/enforcement/cases/{play.case_id}/documents/{one['id']}/sealed.pdf"
        content = play.first.http.get(path).raise_for_status().content
        texts[one["code"]] = texts.get(one["code"], "") + text_of(content)
    return play, state, texts


def text_of(pdf: bytes) -> str:
    """All text of a PDF without white space."""
    pages = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s+", "", "".join(page.get_textpage().get_text_bounded() for page in pages))


def test_every_carton_is_identified(played: tuple[Play, dict[str, Any], dict[str, str]]) -> None:
    play, state, _ = played
    by_barcode = {line["barcode"]: line for line in state["lines"]}
    for wanted in EXPECTED["lines"]:
        line = by_barcode[wanted["carton_barcode"]]
        found = (
            line["name"],
            line["kind"],
            float(line["quantity"]),
            line["sticks"],
            float(line["price"]),
            line["value"],
        )
        assert found == (
            wanted["name"], wanted["kind"], wanted["cartons"], wanted["sticks"], float(wanted["retail_price_cny"]),
            wanted["value_cny"],
        )  # fmt: skip
    for wanted in EXPECTED["unknown_lines"]:
        line = by_barcode[wanted["barcode"]]
        assert (line["name"], line["kind"], float(line["quantity"])) == (wanted["name"], wanted["kind"], 1)
        assert (line["sticks"], line["value"], line["price_mark"]) == (None, None, "未核价")
    assert len(state["lines"]) == EXPECTED["known_products"] + EXPECTED["unknown"]
    assert play.misread == EXPECTED["misreads_refused"]


def test_totals_and_codes_equal_what_is_expected(played: tuple[Play, dict[str, Any], dict[str, str]]) -> None:
    _, state, _ = played
    totals = state["totals"]
    assert float(totals["cartons"]) == EXPECTED["all_cartons"]
    assert {kind: float(n) for kind, n in totals["by_kind"].items()} == EXPECTED["cartons_by_kind"]
    assert (totals["sticks"], totals["value"], totals["unpriced"]) == (
        EXPECTED["known_sticks"], EXPECTED["value_cny"], EXPECTED["unpriced_lines"],
    )  # fmt: skip
    means = [code["means"] for code in state["codes"]]
    assert means.count("other_shop") == EXPECTED["codes_of_other_shops"]
    assert means.count("no_such_licence") == EXPECTED["codes_of_no_licence"]
    illegal = next(light for light in state["thresholds"] if light["code"] == "illegal_business")
    assert illegal["level"] == "off"


@pytest.mark.parametrize("wanted", EXPECTED["documents"], ids=lambda wanted: str(wanted["code"]))
def test_each_document_says_what_it_must(
    played: tuple[Play, dict[str, Any], dict[str, str]], wanted: dict[str, Any]
) -> None:
    _, _, texts = played
    text = texts[wanted["code"]]
    assert [words for words in wanted["must_contain"] if re.sub(r"\s+", "", words) not in text] == []


def test_no_document_is_made_that_must_never_be(played: tuple[Play, dict[str, Any], dict[str, str]]) -> None:
    _, _, texts = played
    assert set(texts) & set(EXPECTED["documents_never"]) == set()


def test_the_case_is_filed_and_every_document_sealed(played: tuple[Play, dict[str, Any], dict[str, str]]) -> None:
    _, state, _ = played
    assert state["case"]["state"] == "filed"
    assert re.fullmatch(r"厦湖烟立〔2025〕第\d+号", state["case"]["number"])
    assert {one["state"] for one in state["documents"]} == {"sealed"}


def test_the_national_system_holds_the_case(stack: Stack, played: tuple[Play, dict[str, Any], dict[str, str]]) -> None:
    play, state, _ = played
    play.first.wait(play.case_id, lambda _: _documents_there(stack) >= len(state["documents"]), 30)
    rows = httpx.get(f"{stack.national}/v1/messages?limit=500").json()["messages"]
    assert {row["kind"] for row in rows} == {"case", "items", "document"}


def _documents_there(stack: Stack) -> int:
    rows = httpx.get(f"{stack.national}/v1/messages?limit=500").json()["messages"]
    return sum(row["kind"] == "document" for row in rows)


def test_anyone_can_verify_a_paper(stack: Stack, played: tuple[Play, dict[str, Any], dict[str, str]]) -> None:
    play, state, _ = played
    notice = next(one for one in state["documents"] if one["code"] == "D04")
    path = f"/api/enforcement/cases/{play.case_id}/documents/{notice['id']}/sealed.pdf"
    content = play.first.http.get(path).content
    visitor = httpx.Client(base_url=stack.url, headers={"Accept-Language": "zh-CN"})
    visitor.get("/verify/")
    token = {"csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
    genuine = visitor.post("/verify/", data=token, files={"file": ("d04.pdf", content, "application/pdf")})
    assert notice["number"] in genuine.text
    flipped = bytearray(content)
    flipped[len(flipped) // 2] ^= 1
    forged = visitor.post("/verify/", data=token, files={"file": ("d04.pdf", bytes(flipped), "application/pdf")})
    assert notice["number"] not in forged.text


def test_the_ledger_verifies_and_names_a_changed_row(
    stack: Stack, played: tuple[Play, dict[str, Any], dict[str, str]]
) -> None:
    stack.command("ledger", "seal")
    done = stack.command("ledger", "verify", check=False)
    assert done.returncode == 0, done.stdout


def test_an_officer_of_another_district_finds_nothing(
    stack: Stack, played: tuple[Play, dict[str, Any], dict[str, str]]
) -> None:
    play, state, _ = played
    other = Desk(stack.url, "o35020310")
    base = f"/enforcement/cases/{play.case_id}"
    for path in (f"{base}/state", f"{base}/documents/{state['documents'][0]['id']}/preview.pdf", f"{base}/print.pdf"):
        with pytest.raises(Problem) as refused:
            other.get(path)
        assert refused.value.status == 404
    assert state["case"]["clue_no"] not in other.http.get("/cases").text
