"""Operations: each applied once, refusals change nothing and say what to do, what cannot be taken now is kept."""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import Bureau, TabletClient, statuses
from zhuanmai.core.errors import NotAllowed, NotFound
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import ItemLine
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.ledger.verify import verify

RED = "6901028314985"  # 红塔山（硬经典）, 90 a carton
SMALL = "6901028340618"  # 云烟（小熊猫家园）, 160 sticks a carton
UNKNOWN = "4890003714297"

pytestmark = pytest.mark.django_db


def test_a_case_is_opened_with_two_certified_officers_and_a_number_of_the_day(bureau: Bureau) -> None:
    first, second = bureau.open_case(), bureau.open_case()
    numbers = [tablet.state()["case"]["clue_no"] for tablet in (first, second)]
    assert numbers[0].startswith("厦湖烟-")
    assert [int(number[-2:]) for number in numbers] == [1, 2]
    state = first.state()
    assert [one["name"] for one in state["officers"]] == ["甲", "乙"]
    assert state["recorder"]["name"] == "乙"
    assert [row["code"] for row in state["deadlines"]] == ["verify_clue"]


@pytest.mark.parametrize(
    "change, code",
    [
        ({"officer_ids": []}, "two_officers"),
        ({"place": {"address": " "}}, "address_missing"),
    ],
)
def test_an_opening_that_is_not_lawful_makes_no_case(bureau: Bureau, change: dict[str, object], code: str) -> None:
    tablet = TabletClient(bureau["jia"], new_id())
    result = tablet.do("case.open", **{**bureau.opening(), **change})
    assert (result.status, result.code) == ("refused", code)
    with pytest.raises(NotFound):
        tablet.do("scan", barcode=RED, n=1)


def test_an_officer_whose_certificate_ran_out_cannot_be_on_a_case(bureau: Bureau) -> None:
    bureau["yi"].certificate_valid_to = None
    bureau["yi"].save()
    result = TabletClient(bureau["jia"], new_id()).do("case.open", **bureau.opening())
    assert (result.code, result.field) == ("certificate_invalid", "officer_ids")
    assert "乙" in result.detail


def test_scans_add_up_in_the_packing_unit_that_the_barcode_names(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    tablet.send(*(tablet.made("scan", barcode=RED, n=1) for _ in range(3)), tablet.made("scan", barcode=SMALL, n=1))
    red, small = tablet.state()["lines"]
    assert (red["quantity"], red["sticks"], red["value"]) == ("3", 600, "270.00")
    assert (small["quantity"], small["sticks"]) == ("1", 160)


def test_the_same_operation_twice_counts_once_and_gets_the_first_answer(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    good, bad = tablet.made("scan", barcode=RED), tablet.made("scan", barcode="6901028917894")
    assert statuses(tablet.send(good, bad)) == ["applied", "refused"]
    again = tablet.send(good, bad)
    assert statuses(again) == ["duplicate", "refused"]
    assert again[1].code == "misread"
    assert tablet.state()["totals"]["cartons"] == "1"


def test_a_refused_operation_stops_none_of_its_batch(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    results = tablet.send(
        tablet.made("scan", barcode=RED),
        tablet.made("nonsense"),
        tablet.made("scan", barcode=RED, n="many"),
        tablet.made("quantity.difference", line_id=tablet.line_id(RED), difference=-5, unit="carton", seen=1),
        tablet.made("line.set", line_id=tablet.line_id(RED), price="80"),
        tablet.made("scan", barcode=RED),
    )
    codes = [result.code for result in results]
    assert codes == ["", "unknown_operation", "invalid_payload", "below_zero", "price_reason", ""]
    assert all(result.detail.endswith("。") for result in results if result.status == "refused")
    assert tablet.state()["totals"]["cartons"] == "2"


def test_an_unknown_barcode_waits_for_its_name_and_keeps_its_count(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    tablet.send(*(tablet.made("scan", barcode=UNKNOWN) for _ in range(2)))
    state = tablet.state()
    assert [(one["barcode"], one["n"]) for one in state["unknown"]] == [(UNKNOWN, "2")]
    assert state["totals"]["cartons"] == "0"
    tablet.done(
        "unlisted.register", barcode=UNKNOWN, name="ESSE CHANGE 1mg（免税）", kind="smuggled", sticks_per_carton=None
    )
    tablet.done("scan", barcode=UNKNOWN)
    (line,) = tablet.state()["lines"]
    assert (line["quantity"], line["sticks"], line["value"], line["price_mark"]) == ("3", None, None, "未核价")
    assert tablet.state()["totals"]["unpriced"] == 1


def test_undo_takes_back_ones_own_step_once(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    other = TabletClient(bureau["yi"], tablet.case_id)
    scan = tablet.done("scan", barcode=RED, n=2)
    assert other.do("undo", operation_id=str(scan.id)).code == "other_tablet"
    tablet.done("undo", operation_id=str(scan.id))
    assert tablet.do("undo", operation_id=str(scan.id)).code == "undone_already"
    assert tablet.state()["lines"] == []


def test_the_last_price_by_hand_wins_and_the_catalogues_comes_back(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    tablet.done("scan", barcode=RED)
    line_id, mark = tablet.line_id(RED), tablet.state()["lines"][0]["price_mark"]
    tablet.done("line.set", line_id=line_id, price="80", price_reason="当事人供述购进价")
    (line,) = tablet.state()["lines"]
    assert (line["price"], line["price_mark"], line["value"]) == ("80.00", "手工价", "80.00")
    assert ("price", "90.00", "80.00") in [(one["field"], one["before"], one["after"]) for one in line["history"]]
    tablet.done("line.set", line_id=line_id, price="90.00")
    (line,) = tablet.state()["lines"]
    assert (line["price"], line["price_mark"], line["price_reason"]) == ("90.00", mark, "")


def test_closing_keeps_late_scans_and_merges_them_when_counting_goes_on(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    other = TabletClient(bureau["yi"], tablet.case_id)
    tablet.done("scan", barcode=RED)
    tablet.done("counting.close")
    late = other.do("scan", barcode=RED, n=4)
    assert (late.status, late.code) == ("pending", "counting_closed")
    assert "待并入" in late.detail
    state = tablet.state()
    assert (state["totals"]["cartons"], len(state["pending"]), state["counting"]["fact_version"]) == ("1", 1, 1)
    assert tablet.do("counting.reopen").code == "reason_missing"
    tablet.done("counting.reopen", reason="乙还有 4 条")
    assert tablet.state()["totals"]["cartons"] == "5"
    assert tablet.state()["pending"] == []


def test_closing_waits_for_a_tablet_that_is_known_to_have_more(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    other = TabletClient(bureau["yi"], tablet.case_id)
    missing, late = other.made("scan", barcode=RED), other.made("scan", barcode=RED)
    assert statuses(other.send(late)) == ["pending"]
    refused = tablet.do("counting.close")
    assert (refused.code, refused.detail[:6]) == ("unsent", "等乙 1 项")
    other.send(missing)
    assert tablet.state()["totals"]["cartons"] == "2"
    tablet.done("counting.close")


def test_a_split_moves_cartons_to_a_line_of_another_kind(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    tablet.done("scan", barcode=RED, n=10)
    tablet.done("line.set", line_id=tablet.line_id(RED), kind="diverted")
    tablet.done("line.split", line_id=tablet.line_id(RED), new_line_id=str(new_id()), cartons=3, kind="to_test")
    assert tablet.state()["totals"]["by_kind"] == {"diverted": "7", "to_test": "3"}
    refused = tablet.do("line.split", line_id=tablet.line_id(RED), new_line_id=str(new_id()), cartons=7, kind="to_test")
    assert refused.code == "split_too_many"


def test_packs_and_sticks_are_parts_of_the_products_own_carton(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    tablet.done("scan", barcode=SMALL, n=2)
    tablet.done("quantity.difference", line_id=tablet.line_id(SMALL), unit="pack", difference=5, seen=20)
    tablet.done("quantity.difference", line_id=tablet.line_id(SMALL), unit="stick", difference=16, seen=400)
    (line,) = tablet.state()["lines"]
    packs = line["packs_per_carton"]
    assert line["quantity"] == {10: "2.6", 8: "2.725", 16: "2.4125"}[packs]
    refused = tablet.do("quantity.difference", line_id=tablet.line_id(SMALL), unit="kg", difference=1, seen=0)
    assert refused.code == "unit_mismatch"


def test_an_officer_of_another_squad_may_not_write(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    stranger = TabletClient(bureau["o35020310"], tablet.case_id)
    with pytest.raises(NotAllowed):
        stranger.do("scan", barcode=RED)


def test_every_row_that_operations_leave_is_vouched_for_by_the_ledger(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    party = str(new_id())
    scan = tablet.made("scan", barcode=RED, n=2)
    results = tablet.send(
        tablet.made("party.set", party_id=party, name="叶𬭎森", id_no="350206197908178556", licence_no="350206150798"),
        scan,
        tablet.made("scan", barcode=UNKNOWN),
        tablet.made("undo", operation_id=str(scan.id)),
        tablet.made("scan", barcode="123"),
        tablet.made("scan", barcode=RED, n=5),
        tablet.made("line.set", line_id=tablet.line_id(RED), kind="diverted"),
        tablet.made("causes.set", codes=["R01", "R03"]),
        tablet.made("causes.set", codes=["R01"]),
        tablet.made("presence.set", party_present=True),
        tablet.made("registration.set", reason="证据可能灭失", storage_place="3 号架", way="异地保存"),
        tablet.made("sample.set", line_id=tablet.line_id(RED), base=5, cartons=1),
        tablet.made("code.add", line_id=tablet.line_id(RED), row1="5090301739465609", row2="XMYC350212133812"),
        tablet.made("photo.add", photo_id=str(new_id()), caption="门头", what="place_outside"),
        tablet.made("counting.close"),
    )
    assert [r.code for r in results if r.status != "applied"] == ["not_a_barcode"]
    report = verify()
    assert report.problems == []
    assert ItemLine.objects.count() == 2
    assert FieldOperation.objects.filter(status="refused").count() == 1
