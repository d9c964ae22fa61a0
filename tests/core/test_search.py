"""The search of the top bar: each kind is found by its example, by who may find it; nothing typed makes an error or
finds everything; and it confirms no person to somebody who may not see people."""

# ruff: noqa: F811
from __future__ import annotations

import random
import re

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.enforcement.conftest import Bureau, TabletClient, bureau  # noqa: F401
from tests.enforcement.desk import RED
from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.alerts.models import Alert, Run
from zhuanmai.core import search
from zhuanmai.core.clock import now, today
from zhuanmai.core.ids import new_id
from zhuanmai.core.models import Work
from zhuanmai.core.search import Look
from zhuanmai.documents.models import Document
from zhuanmai.enforcement.models import CartonCodeRead, Case, ItemLine, Party
from zhuanmai.ledger.models import Entry
from zhuanmai.reference import licensees
from zhuanmai.reference.models import Licensee
from zhuanmai.reference.typed import readings

pytestmark = pytest.mark.django_db
LICENCE, HOLDER, PARTY = "350206150798", "夏侯持证", "叶𬭎森"
PHONE, ID_NO = "13955550006", "350206197908178556"
HOLDER_ID, HOLDER_PHONE = "350206198501012399", "13955557788"
MOST_QUERIES = 40
CODE = ("6112300001234567", f"XMYC{LICENCE}")


@pytest.fixture
def tablet(bureau: Bureau) -> TabletClient:
    """A case of 甲 and 乙 with a party, goods, a carton code, a document; its shop in the register and in an alert."""
    found = bureau.open_case()
    found.done("party.set", party_id=str(new_id()), name=PARTY, id_no=ID_NO, phone=PHONE, licence_no=LICENCE)
    found.done("scan", barcode=RED, n=3)
    case = Case.objects.get(pk=found.case_id)
    CartonCodeRead.objects.create(
        case=case, line=ItemLine.objects.get(case=case), row1=CODE[0], row2=CODE[1], sorted_on=today(), company="XMYC",
        licence_no=LICENCE, means="own_shop", read_by=bureau["jia"].pk,
    )  # fmt: skip
    Document.objects.create(
        subject_kind="case", subject_id=case.pk, unit=case.bureau, kind="D21", number="厦湖烟存通〔2026〕第712号"
    )
    Licensee.objects.create(
        licence_no=LICENCE, holder_name=HOLDER, holder_id=HOLDER_ID, phone=HOLDER_PHONE, shop_name="顺和盛食杂店",
        district_code="350206", address="枋湖南路88号",
    )  # fmt: skip
    squad = Unit.objects.get(code="350206-1")
    run = Run.objects.create(day=today(), work=Work.objects.create(task="alerts.run", about="x", state="done"))
    Alert.objects.create(
        number="A20261130-007", run=run, day=today(), subject_kind="licence", subject=LICENCE, shop_name="顺和盛食杂店",
        probability=0.5, score=1.0, offence="diverted", unit=squad,
    )  # fmt: skip
    return found


def browser(officer: Officer) -> Client:
    """A browser of theirs."""
    client = Client()
    client.force_login(officer)
    return client


def kinds(officer: Officer, words: str, path: str = "/search") -> set[str]:
    """The kinds of which something is found."""
    answer = browser(officer).get(path, {"q": words, "all": "1"})
    assert answer.status_code == 200, answer.status_code
    text = answer.content.decode()
    named = r'id="found-(\w+)"' if path == "/search" else r'id="zm-found-(\w+)-\d+"'
    return set(re.findall(named, text))


SHOP = {"licensee", "alert", "case"}


@pytest.mark.parametrize(
    "words, wanted",
    [
        (RED, {"product", "case"}),
        (RED[-4:], {"product", "case"}),
        (LICENCE, {*SHOP, "carton_code"}),
        (LICENCE[-4:], {*SHOP, "carton_code"}),
        ("顺和盛", SHOP),
        ("枋湖南路", {"licensee", "case"}),
        (PARTY, {"case"}),
        (PARTY[1:], {"case"}),
        (PHONE, {"case"}),
        (PHONE[-4:], {"case"}),
        (ID_NO, {"case"}),
        (HOLDER, {"licensee"}),
        (HOLDER_PHONE[-4:], {"licensee"}),
        (HOLDER_ID, {"licensee"}),
        (" ".join(CODE), {"carton_code"}),
        (CODE[0][-6:], {"carton_code"}),
        ("厦湖烟存通[2026]712", {"document"}),
        ("712号", {"document"}),
        ("A20261130-007", {"alert"}),
        ("a20261130", {"alert"}),
        ("七匹狼", {"product"}),
        ("qpl", {"product"}),
        ("9931", set()),
        ("无此名称", set()),
    ],
)
def test_each_kind_is_found_by_what_an_officer_has_at_hand(
    bureau: Bureau,
    tablet: TabletClient,
    words: str,
    wanted: set[str],
) -> None:
    assert kinds(bureau["jia"], words) == wanted


def test_a_case_is_found_by_its_numbers_however_they_are_typed(bureau: Bureau, tablet: TabletClient) -> None:
    clue = Case.objects.get(pk=tablet.case_id).clue_no
    for words in (clue, clue[3:], clue.replace("-", ""), clue.replace("-", "－"), clue.replace("-", " ")):
        assert "case" in kinds(bureau["jia"], words), words


def test_officers_are_found_by_who_administers_them(bureau: Bureau) -> None:
    person = bureau["jia"]
    assert "officer" in kinds(bureau["security"], person.name)
    assert "officer" not in kinds(bureau["yi"], person.name)


@pytest.mark.parametrize("path", ["/search", "/search/suggestions"])
@pytest.mark.parametrize("username", ["o35020310", "bureau_head-350203", "analyst", "auditor", "admin"])
def test_nobody_finds_a_case_out_of_their_scope(
    bureau: Bureau,
    tablet: TabletClient,
    username: str,
    path: str,
) -> None:
    clue = Case.objects.get(pk=tablet.case_id).clue_no
    those = (clue, "712号", "厦湖烟存通〔2026〕第712号", PARTY, PHONE, PHONE[-4:], ID_NO, RED, RED[-4:], LICENCE, "顺和盛",
             CODE[0], CODE[1], CODE[0][-6:])  # fmt: skip
    for words in those:
        found = kinds(bureau[username], words, path)
        assert not found & {"case", "document", "carton_code"}, words


def test_the_valuer_finds_the_case_that_they_value_and_no_people(bureau: Bureau, tablet: TabletClient) -> None:
    valuer = bureau["ji"]
    assert "case" not in kinds(valuer, RED)
    tablet.done("valuer.set", officer_id=str(valuer.pk))
    assert "case" in kinds(valuer, RED)
    for words in (PARTY, PARTY[1:], PHONE, PHONE[-4:], ID_NO, ID_NO[-4:], HOLDER, HOLDER_PHONE, HOLDER_ID):
        for path in ("/search", "/search/suggestions"):
            assert kinds(valuer, words, path) == set(), words


def test_people_of_others_are_found_only_by_words_that_were_sent_and_each_such_find_is_entered(
    bureau: Bureau,
    tablet: TabletClient,
) -> None:
    leader, own = bureau["bing"], bureau["jia"]
    entries = Entry.objects.filter(kind="enforcement.searched")
    for words in (PARTY, PHONE, PHONE[-4:], ID_NO):
        assert kinds(leader, words, "/search/suggestions") == set()
        assert kinds(own, words, "/search/suggestions") == {"case"}
    assert not entries.exists()
    for n, words in enumerate((PARTY, PHONE, PHONE[-4:], ID_NO), start=1):
        assert kinds(leader, words) == {"case"}
        assert kinds(own, words) == {"case"}
        assert [row.actor_id for row in entries.all()] == [leader.pk] * n
        assert words not in str(entries.latest("seq").facts)
    for words in (HOLDER, HOLDER_PHONE, HOLDER_ID):
        assert kinds(leader, words, "/search/suggestions") == set()


def test_what_is_found_names_no_person(bureau: Bureau, tablet: TabletClient) -> None:
    for words, shown in ((PHONE[-4:], PARTY), (LICENCE, HOLDER), ("顺和盛", PARTY), ("顺和盛", HOLDER)):
        for path in ("/search", "/search/suggestions"):
            text = browser(bureau["jia"]).get(path, {"q": words, "all": "1"}).content.decode()
            assert shown not in text
            assert PHONE not in text
            assert HOLDER_PHONE not in text


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "%",
        "_",
        "%%%",
        "___",
        "%_%",
        "\x00",
        "\x00\x00顺%",
        "1" * 300,
        "字" * 300,
        "'; --",
        "\\",
        "\\%",
        "985",
        "…",
    ],
)
def test_nothing_typed_is_an_error_or_finds_everything(bureau: Bureau, tablet: TabletClient, words: str) -> None:
    assert kinds(bureau["jia"], words) == set()
    assert kinds(bureau["jia"], words, "/search/suggestions") == set()
    assert b"\x00" not in browser(bureau["jia"]).get("/search", {"q": words}).content


def test_half_characters_of_an_address_are_no_error(bureau: Bureau) -> None:
    for path in ("/search", "/search/suggestions", "/cases", "/reference/licensees/", "/alerts"):
        assert browser(bureau["jia"]).get(f"{path}?q=%ED%A0%80%00%FF").status_code == 200


def test_a_sign_of_a_pattern_is_a_sign(bureau: Bureau, tablet: TabletClient) -> None:
    assert kinds(bureau["jia"], "顺%盛") == set()
    assert kinds(bureau["jia"], "顺_盛") == set()


def test_words_that_name_one_thing_whole_lead_to_it(bureau: Bureau, tablet: TabletClient) -> None:
    client, case = browser(bureau["jia"]), Case.objects.get(pk=tablet.case_id)
    document = Document.objects.get(subject_id=case.pk, number="厦湖烟存通〔2026〕第712号")
    led = {
        case.clue_no: f"/cases/{case.pk}",
        document.number: f"/cases/{case.pk}/documents?document={document.pk}",
        "A20261130-007": f"/alerts/{Alert.objects.get().pk}",
    }
    for words, address in led.items():
        assert client.get("/search", {"q": words}).headers["Location"] == address
    assert "/reference/products/" in client.get("/search", {"q": RED}).headers["Location"]
    for words in (RED[-6:], "顺和盛", ID_NO, PHONE, LICENCE, RED[:-1] + "4"):
        assert client.get("/search", {"q": words}).status_code == 200


def test_a_list_and_the_search_find_alike(bureau: Bureau, tablet: TabletClient) -> None:
    client = browser(bureau["jia"])
    clue = Case.objects.get(pk=tablet.case_id).clue_no
    for words in (RED[-4:], LICENCE[-4:], PHONE[-4:], ID_NO, clue.replace("-", "－"), "顺和盛"):
        assert str(tablet.case_id) in client.get("/cases", {"q": words}).content.decode(), words
        assert str(tablet.case_id) not in client.get("/cases", {"q": "9931"}).content.decode()
    assert LICENCE in client.get("/reference/licensees/", {"q": LICENCE[-4:]}).content.decode()


def test_a_removed_party_and_a_line_of_nothing_are_not_found(bureau: Bureau, tablet: TabletClient) -> None:
    Party.objects.filter(case_id=tablet.case_id).update(removed_at=now())
    ItemLine.objects.filter(case_id=tablet.case_id).update(quantity=0)
    for words in (PARTY, PHONE, RED):
        assert "case" not in kinds(bureau["jia"], words)


def register_rows(count: int, **fields: str) -> list[Licensee]:
    """Licensees with the same fields, the oldest first; kept in no order."""
    rows = [Licensee(pk=new_id(), licence_no=f"350206{n:06}", holder_name="李一", **fields) for n in range(count)]
    Licensee.objects.bulk_create(random.Random(4).sample(rows, len(rows)))
    return rows


def test_of_more_than_are_counted_the_newest_are_shown() -> None:
    rows = register_rows(400, shop_name="同名店")
    found = list(search.keys(licensees.legs(readings("同名店"), people=False)))
    assert found == [row.pk for row in reversed(rows)][: search.COUNTED + 1]


def test_what_the_words_name_whole_comes_before_what_ends_with_them() -> None:
    old = Licensee.objects.create(licence_no="350206900001", holder_name="李一", uscc="4985")
    rows = register_rows(300, phone="13900004985")
    ends = [Look("phone_end", Licensee.objects.all, "phone__endswith"), Look("phone_end", Licensee.objects.all, "uscc")]
    found = list(search.keys(search.legs(ends, readings("4985"), lambda key: Q())))
    assert found[:2] == [old.pk, rows[-1].pk]
    assert len(found) == search.COUNTED + 1


def test_every_page_has_the_box_and_the_empty_page_says_what_can_be_searched(bureau: Bureau) -> None:
    text = browser(bureau["jia"]).get("/search").content.decode()
    assert all(words in text for words in ("可以搜索什么", "案件", "品规", "案件中的条烟喷码"))
    assert "执法证号末四位" not in text
    for path in ("/", "/reference/products/", "/me"):
        assert "data-search" in browser(bureau["jia"]).get(path).content.decode()
    assert Client().get("/search").status_code == 302
    assert Client().get("/search/suggestions", {"q": "顺和盛"}).status_code == 204


def test_a_search_asks_the_database_no_oftener_for_more(bureau: Bureau, tablet: TabletClient) -> None:
    client = browser(bureau["jia"])

    def asked() -> int:
        client.get("/search", {"q": "顺和盛"})
        with CaptureQueriesContext(connection) as queries:
            client.get("/search", {"q": "顺和盛"})
        return len([query for query in queries if "core_clockshift" not in query["sql"]])  # by time, not by page

    before = asked()
    for _ in range(5):
        bureau.open_case().done("party.set", party_id=str(new_id()), name=PARTY, id_no=ID_NO)
    assert asked() <= before <= MOST_QUERIES
