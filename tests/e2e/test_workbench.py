"""Cases played through the pages, as officers, heads and parties would: two tablets, refusal, absence, paper, no network."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from benchmarks.reader import read, text_of
from playwright.sync_api import Browser, expect

from tests.onsite import picture
from tests.outcome import as_expected, differences, expected_of
from tests.stack import Stack, new_home
from tests.workbench import WorkbenchPlay

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "onsite-case"
SCANS = ["6901028314459"] * 3 + ["6901028161862"] * 2
Make = Callable[..., WorkbenchPlay]


@pytest.fixture(scope="module")
def bureau() -> Iterator[Stack]:
    """A platform of its own: keys are registered in these browsers, and the clock is the case's."""
    platform = Stack(new_home())
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()
        shutil.rmtree(platform.home, ignore_errors=True)


@pytest.fixture(scope="module")
def keys() -> dict[str, Any]:
    """What people's security keys hold; they carry them from one test to the next."""
    return {}


@pytest.fixture(scope="module")
def days() -> Iterator[int]:
    """Days before the bureau's case, none twice: an officer questions one person at a time."""
    return itertools.count(1)


@pytest.fixture
def make(bureau: Stack, browser: Browser, tmp_path: Path, keys: dict[str, Any], days: Iterator[int]) -> Iterator[Make]:
    """A play of the bureau's case, or of one like it with a few scans and other facts; people are at their screens."""
    plays = []

    def made(tablets: int = 1, **changes: Any) -> WorkbenchPlay:
        folder = small_case(tmp_path, changes, next(days)) if changes else FOLDER
        play = WorkbenchPlay(bureau, folder, browser=browser, tablets=tablets, keys=keys)
        plays.append(play)
        play.prepare()
        play.people()
        return play

    yield made
    for play in plays:
        play.close()


def small_case(folder: Path, changes: dict[str, Any], days_before: int) -> Path:
    """The bureau's case with five scans and some facts changed, so many days before it."""
    case = json.loads((FOLDER / "case.json").read_text(encoding="utf-8"))
    for facts, name in ((case, "began_at"), (case, "ended_at"), (case["clue"], "received_at")):
        facts[name] = (dt.datetime.fromisoformat(facts[name]) - dt.timedelta(days=days_before)).isoformat()
    case |= {"carton_codes": [], "samples": [], "unknown_barcodes": [], "oral_approval": None}
    case["kinds_set_by_officer"] = dict.fromkeys(dict.fromkeys(SCANS), "diverted")
    rows = [f"{n},{n * 100},scan,{barcode}" for n, barcode in enumerate(SCANS, 1)]
    (folder / "case.json").write_text(json.dumps(case | changes, ensure_ascii=False), encoding="utf-8")
    (folder / "scans.csv").write_text("\n".join(["seq,at_ms,action,text", *rows]) + "\n", encoding="utf-8")
    shutil.copy(FOLDER / "licences.csv", folder)
    return folder


def papers(play: WorkbenchPlay, state: dict[str, Any]) -> dict[str, list[bytes]]:
    """The sealed files by the document's code."""
    found: dict[str, list[bytes]] = {}
    for one in state["documents"]:
        path = f"/api/enforcement/cases/{play.case_id}/documents/{one['id']}/sealed.pdf"
        found.setdefault(one["code"], []).append(play.first.http.get(path).raise_for_status().content)
    return found


def test_the_real_case_through_the_pages_with_two_tablets(make: Make, bureau: Stack) -> None:
    play = make(tablets=2)
    play.open()
    play.count()
    play.record()
    state = play.sign()

    expected = expected_of(FOLDER)
    assert differences(expected, as_expected(play, state)) == []
    files = papers(play, state)
    assert [(one.code, one.words) for one in read(play.case, expected, files) if not one.found] == []
    assert state["case"]["state"] == "filed"

    tablet = play.step("handover")
    expect(tablet.at("print")).to_be_enabled()
    with tablet.page.expect_response(re.compile("print.pdf")) as printed:
        tablet.tap("print")
    assert printed.value.status == 200
    play.first.wait(play.case_id, lambda _: arrived(bureau) >= len(state["documents"]), 60)


def arrived(bureau: Stack) -> int:
    """How many documents the simulated national system holds."""
    rows = httpx.get(f"{bureau.national}/v1/messages?limit=500").json()["messages"]
    return sum(row["kind"] == "document" for row in rows)


def test_a_party_who_refuses_to_sign(make: Make) -> None:
    witness = {
        "name": "演示见证人",
        "id_no": "350203198001010013",
        "phone": "13900000009",
        "address": "厦门市湖里区演示路1号",
    }
    play = make(refuses_to_sign=True, refusal_reason="当事人认为卷烟不是其所有", witness=witness)
    play.open()
    play.count()
    play.record()
    state = play.sign()
    texts = {code: "".join(map(text_of, files)) for code, files in papers(play, state).items()}
    assert "当事人认为卷烟不是其所有" in texts["D02"]
    assert "演示见证人" in texts["D02"]


def test_a_party_who_is_not_there(make: Make) -> None:
    person = {
        "name": "演示店员",
        "sex": "女",
        "relation": "店员",
        "id_no": "350203198501010028",
        "phone": "13900000008",
    }
    witness = {
        "name": "演示见证人",
        "id_no": "350203198001010013",
        "phone": "13900000009",
        "address": "厦门市湖里区演示路1号",
    }
    play = make(party_present=False, person_in_charge=person, witness=witness)
    play.open()
    play.count()
    play.record()
    state = play.sign()
    codes = {one["code"] for one in state["documents"]}
    assert "D07" not in codes
    assert "演示店员" in "".join(map(text_of, papers(play, state)["D02"]))


def test_a_signature_on_paper_is_attached(make: Make) -> None:
    play = make(reason="complaint")
    play.open()
    play.count()
    play.record()
    tablet = play.step("approval")
    play.submit()
    tablet.tap("go-documents")
    tablet.tap("prepare")
    expect(tablet.at("sign-party")).to_be_enabled()
    tablet.tap("sign-party")
    tablet.select("signature.way-paper")
    scan = {"name": "paper.png", "mimeType": "image/png", "buffer": picture("paper")}
    tablet.at("paper-scan").set_input_files(scan)  # type: ignore[arg-type]
    expect(tablet.at("sheet-sign-party")).to_contain_text("paper.png")
    tablet.tap("signature-save")
    tablet.at("sheet-sign-party").wait_for(state="hidden")
    signed = [one for document in play.first.state(play.case_id)["documents"] for one in document["signed"]]
    assert any(one["role"] == "party" for one in signed)


def test_scans_without_a_network_wait_on_the_tablet_and_hold_the_closing(make: Make) -> None:
    play = make(tablets=2, reason="complaint")
    play.open()
    first, second = play.step("counting"), play.step("counting", play.other)
    second.context.set_offline(True)
    for _ in range(3):
        play.shoot(second, SCANS[0])
    expect(second.at("sync-bar")).to_contain_text("3 项待传")
    play.shoot(first, SCANS[-1])
    first.saved()
    assert [line["quantity"] for line in play.first.state(play.case_id)["lines"]] == ["1"]
    second.context.set_offline(False)
    second.tap("sync-now")
    second.saved()
    quantities = {line["barcode"]: float(line["quantity"]) for line in play.first.state(play.case_id)["lines"]}
    assert quantities == {SCANS[0]: 3, SCANS[-1]: 1}


def test_another_person_leaves_nothing_of_the_last(make: Make) -> None:
    play = make(reason="complaint")
    play.open()
    tablet = play.step("inspection")
    tablet.write("party.phone", "13900000000")
    tablet.write("party.ethnicity", "畲族")
    tablet.write("party-lookup", "350203170941")
    tablet.tap("party-look")
    expect(tablet.at("party.licence_no")).to_have_value("350203170941")
    expect(tablet.at("party.name")).to_have_value("赵明")
    for name in ("id_no", "born_on", "phone", "address"):
        expect(tablet.at(f"party.{name}")).to_have_value("")
    expect(tablet.at("party.ethnicity")).to_have_value("汉族")
    tablet.saved()
    (kept,) = play.first.state(play.case_id)["parties"]
    assert [kept[name] or "" for name in ("id_no", "born_on", "sex", "phone", "address")] == [""] * 5
    tablet.write("party.id_no", "350206199003071243")
    expect(tablet.at("party.born_on")).to_have_value("1990-03-07")
    tablet.write("party.born_on", "1980-01-01")
    tablet.at("party.address").click()
    expect(tablet.at("party.born_on-help")).to_contain_text("身份证号上的出生日期是 1990-03-07")


def test_a_penalty_on_the_spot(make: Make) -> None:
    play = make(reason="routine")
    play.open()
    play.count()
    tablet = play.step("approval")
    tablet.tap("simple-open")
    tablet.write("facts", "未在当地烟草专卖批发企业进货，数量较少。")
    tablet.write("penalty.amount", "-5")
    expect(tablet.at("penalty.amount-help")).to_contain_text("不能小于 0")
    tablet.write("penalty.amount", "100")
    tablet.write("penalty.base.R01", "3000")
    expect(tablet.at("penalty.base.R01-help")).to_contain_text("罚款 150.00–300.00 元，也可以不罚款")
    tablet.write("penalty.income", "0")
    tablet.write("correction.what", "立即停止从非当地烟草专卖批发企业进货")
    tablet.write("penalty.payment", "自收到决定书之日起十五日内到指定银行缴纳")
    tablet.write("defence", "当事人放弃陈述申辩")
    tablet.saved()
    tablet.tap("simple-decide")
    expect(tablet.page.get_by_role("alert")).to_contain_text("低于下限")
    tablet.write("penalty.amount", "150")
    tablet.saved()
    tablet.tap("simple-decide")
    expect(tablet.at("notice-success")).to_contain_text("当场处罚")
    assert "D36" in {one["code"] for one in play.first.state(play.case_id)["documents"]}


def test_the_case_goes_on_with_other_officers(make: Make) -> None:
    play = make(reason="complaint")
    play.open()
    tablet = play.step("handover")
    tablet.tap("hand-over-open")
    tablet.page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=\"hand_over.first\"] option').length > 3"
    )
    pair = {play.first.me["id"], play.second.me["id"]}
    kit = play.first.get("/enforcement/kit")["officers"]
    others = [one["id"] for one in kit if one["works"] and one["certificate_no"] and one["id"] not in pair]
    offered = tablet.page.locator('[data-testid="hand_over.first"] option').evaluate_all(
        "some => some.map(one => one.value)"
    )
    assert set(offered) - {""} == {one["id"] for one in kit if one["works"]}  # heads have certificates, and no post
    tablet.choose("hand_over.first", others[0])
    tablet.choose("hand_over.second", others[0])
    expect(tablet.at("hand-over-confirm")).to_be_disabled()
    tablet.choose("hand_over.second", others[1])
    tablet.write("hand_over.reason", "原执法人员轮休")
    tablet.tap("hand-over-confirm")
    head = play.desks["bureau_head"]
    head.wait(play.case_id, lambda state: [one["id"] for one in state["officers"]] == others[:2])
    expect(tablet.at("left")).to_contain_text("本机上的案件内容已清除")


def test_what_was_typed_stays_after_wrong_input_and_reload(make: Make, bureau: Stack) -> None:
    play = make(reason="complaint")
    tablet = play.tablet
    tablet.page.goto(f"{bureau.url}/field/new")
    tablet.at("begin").wait_for()
    tablet.write("party.id_no", "350206197908178557")
    expect(tablet.at("party.id_no-help")).not_to_be_empty()
    tablet.tap("begin")
    expect(tablet.at("error-summary")).to_contain_text("检查地点")
    tablet.write("place.address", "厦门市湖里区演示路1号")
    tablet.page.wait_for_timeout(400)
    tablet.page.reload()
    expect(tablet.at("party.id_no")).to_have_value("350206197908178557")
    expect(tablet.at("place.address")).to_have_value("厦门市湖里区演示路1号")


def test_what_is_keyed_goes_where_it_is_meant_and_nothing_else_changes(make: Make) -> None:
    play = make(reason="complaint")
    play.open()
    tablet = play.step("counting")
    play.shoot(tablet, SCANS[0])
    tablet.saved()
    play.choose_line(SCANS[0])
    keys = tablet.page.keyboard

    keys.type("1.234")
    keys.press("Enter")
    expect(tablet.at("notice-warning")).to_contain_text("数量没有改：1.234 条合 246.8 支，不是整支")

    tablet.tap("line-price")
    keys.type("350")
    expect(tablet.at("line.price")).to_have_value("350")
    for wrong, said in (("0", "应大于 0"), ("-3", "不能小于 0"), ("abc", "不是数字"), ("99999999", "最多 1,000,000")):
        tablet.write("line.price", wrong)
        expect(tablet.at("line.price-help")).to_contain_text(said)
        expect(tablet.at("price-save")).to_be_disabled()
    tablet.write("line.price", "３５０")
    tablet.write("line.price_reason", "当事人供述售价")
    tablet.page.evaluate("document.activeElement.blur()")
    keys.type("77")
    keys.press("Enter")
    tablet.tap("price-save")
    tablet.saved()

    tablet.tap("open-find")
    tablet.write("find", "七匹狼(红)")
    tablet.at("found").first.click()
    for wrong, said in (("abc", "不是数字"), ("0", "应大于 0"), ("1.234", "不是整支")):
        tablet.write("find-n", wrong)
        keys.press("Enter")
        expect(tablet.at("find-fault")).to_contain_text(said)
    tablet.saved()
    [line] = play.first.state(play.case_id)["lines"]
    assert (float(line["quantity"]), float(line["price"])) == (1, 350)
