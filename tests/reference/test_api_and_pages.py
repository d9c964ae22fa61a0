"""What a tablet and a browser get: answers, 304s, refusals in words; personal data masked until a reason is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings

from tests.reference.test_catalogue_import import GOOD
from zhuanmai.core import ports
from zhuanmai.ledger.models import Entry, LedgerPersonal
from zhuanmai.reference import made_up
from zhuanmai.reference.models import CatalogueImport, Licensee, WorkingDayOverride
from zhuanmai.reference.prices import price_on
from zhuanmai.reference.shipped import product_id

pytestmark = pytest.mark.usefixtures("shipped")
SHOP = {
    "licence_no": "350206150798", "holder_name": "叶𬭎森", "holder_id": "350206197908178556",
    "shop_name": "顺和盛食杂店", "phone": "13900000000", "address": "厦门市湖里区枋湖南路88号", "status": "valid",
}  # fmt: skip


@pytest.fixture
def shop(db: None) -> None:
    """One licensee in the register."""
    assert ports.get(ports.LicenceRegister).upsert([SHOP]) == 1  # type: ignore[type-abstract]


@pytest.mark.parametrize(
    "barcode, status, candidates",
    [("6901028062015", "known", 1), ("6901028917894", "misread", 0), ("4890003714297", "foreign_unknown", 0)],
)
def test_identify(browser_of: Callable[[str], Client], barcode: str, status: str, candidates: int) -> None:
    answer = browser_of("officer").get("/api/reference/identify", {"barcode": barcode, "on": "2025-10-30"}).json()
    assert (answer["status"], len(answer["candidates"])) == (status, candidates)
    if candidates:
        assert answer["candidates"][0]["price"] == "220.00"
    else:
        assert answer["ways_on"]


def test_the_catalogue_is_sent_once(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("officer")
    first = client.get("/api/reference/catalogue", {"on": "2025-10-30"})
    assert len(first.json()["products"]) == 329
    again = client.get("/api/reference/catalogue", {"on": "2025-10-30"}, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    later = client.get("/api/reference/catalogue", {"on": "2026-01-01"}, headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200


def test_search_causes_citations_codes_identifiers_and_terms(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("officer")
    assert client.get("/api/reference/search", {"q": "062015"}).json()[0]["name"] == "苏烟（五星红杉树）"
    cause = next(one for one in client.get("/api/reference/causes").json() if one["code"] == "R01")
    assert cause["violated"][0]["full"] == "《中华人民共和国烟草专卖法实施条例》第二十三条第二款"
    assert client.get("/api/reference/citations", {"q": "行政处罚法 56, 85"}).json()[1]["text"].startswith("本法中")
    code = client.get(
        "/api/reference/carton-code",
        {"row1": "5090301739465609", "row2": "XMYC350206150798", "licence_no": "350206150798", "on": "2025-10-30"},
    ).json()
    assert (code["sorted_on"], code["means"]) == ("2025-09-03", "own_shop")
    assert client.get("/api/reference/identifiers/plate", {"value": "闽d12345"}).json()["value"] == "闽D12345"
    due = client.get("/api/reference/deadlines/registered_goods", {"trigger": "2025-10-30"}).json()
    assert (due["date"], due["provisional"]) == ("2025-11-10", False)


@pytest.mark.parametrize(
    "path, status, code",
    [
        ("/api/reference/identifiers/citizen_id?value=110105194912310021", 422, "citizen_id_check_digit"),
        ("/api/reference/identifiers/passport?value=1", 404, "identifier_unknown"),
        ("/api/reference/citations?q=专卖法 99", 404, "citation_unknown"),
        ("/api/reference/deadlines/nothing?trigger=2025-10-30", 404, "term_unknown"),
        ("/api/reference/carton-code?row1=1&row2=2", 422, "carton_code_length"),
    ],
)
def test_a_refusal_is_a_problem_in_words(
    browser_of: Callable[[str], Client], path: str, status: int, code: str
) -> None:
    answer = browser_of("officer").get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "query, editor, officer",
    [
        ("350206150798", 1, 1),
        ("150798", 1, 1),
        ("顺和盛", 1, 1),
        ("350206197908178556", 0, 1),
        ("13900000000", 0, 1),
        ("0000", 0, 1),
        ("叶", 0, 1),
    ],
)
def test_a_search_confirms_no_holder_to_who_may_not_see_them(
    browser_of: Callable[[str], Client], query: str, editor: int, officer: int
) -> None:
    for role, count in (("reference_editor", editor), ("officer", officer)):
        client = browser_of(role)
        assert len(client.get("/api/reference/licensees", {"q": query}).json()) == count
        assert (
            "350206150798" in client.get("/reference/licensees/", {"q": query, "export": "csv"}).content.decode()
        ) == (count == 1)


def look(client: Client, number: str, **given: Any) -> Any:
    """What a look at one licensee is answered with."""
    return client.post(f"/api/reference/licensees/{number}/look", given, content_type="application/json")


@pytest.mark.usefixtures("shop")
def test_a_look_is_for_its_officers_and_never_by_get(browser_of: Callable[[str], Client]) -> None:
    assert look(browser_of("reference_editor"), "350206150798", reason="x").status_code == 403
    client = browser_of("officer")
    assert client.get("/api/reference/licensees/350206150798", {"reason": "x"}).status_code in (404, 405)
    assert client.get("/api/reference/licensees/350206150798/look", {"reason": "x"}).status_code == 405
    assert not Entry.objects.filter(kind="reference.licensee_seen").exists()


@pytest.mark.usefixtures("shop")
def test_personal_data_is_masked_and_a_look_is_on_the_ledger(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("officer")
    (found,) = client.get("/api/reference/licensees", {"q": "顺和盛"}).json()
    assert (found["holder_name"], found["holder_id"], found["phone"], found["masked"]) == (
        "叶**", "3502**********8556", "139****0000", True,
    )  # fmt: skip
    assert not Entry.objects.filter(kind="reference.licensee_seen").exists()
    for number, reason, refused in (
        ("350206150798", "", (422, "reason_missing")), ("350206199999", "x", (404, "licensee_unknown")),
    ):  # fmt: skip
        answer = look(client, number, reason=reason)
        assert (answer.status_code, answer.json()["code"]) == refused
    full = look(client, "350206150798", reason="现场检查").json()
    assert (full["holder_id"], full["masked"]) == ("350206197908178556", False)
    entry = Entry.objects.get(kind="reference.licensee_seen")
    assert entry.facts == {"licence_no": "350206150798", "reason": "现场检查"}
    assert LedgerPersonal.objects.get(entry=entry).part == {"query": "350206150798"}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "role, path, status",
    [
        ("auditor", "/api/reference/licensees?q=顺和盛", 403),
        ("auditor", "/api/reference/identify?barcode=6901028062015", 200),
        ("reference_editor", "/api/reference/licensees?q=顺和盛", 200),
        ("officer", "/reference/import/", 403),
        ("officer", "/reference/licensees/load/", 403),
        ("system_admin", "/reference/licensees/", 403),
        ("certificate_clerk", "/reference/licensees/load/", 200),
    ],
)
def test_each_role_sees_its_own(browser_of: Callable[[str], Client], role: str, path: str, status: int) -> None:
    assert browser_of(role).get(path).status_code == status


@pytest.mark.parametrize("path", ["/reference/products/", "/reference/licensees/", "/reference/laws/"])
def test_nobody_looks_without_signing_in(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert "/sign-in" in answer["Location"]
    assert Client().get("/api/reference/causes").status_code == 401


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "path, words",
    [
        ("/reference/products/?q=062015&on=2025-10-30", "苏烟（五星红杉树）"),
        ("/reference/products/?kind=cigar&sort=-price", "雪茄烟"),
        ("/reference/products/?state=gone&on=2025-10-30", "双喜（春天自在）"),
        (f"/reference/products/{product_id('6901028062015')}/", "湖南省烟草专卖局2025年下半年目录"),
        ("/reference/catalogues/", "2025年下半年目录"),
        ("/reference/import/", "导入目录"),
        ("/reference/laws/?q=实施条例 23(2)", "应当在当地的烟草专卖批发企业进货"),
        ("/reference/laws/?q=先行登记 七日", "第五十六条"),
        ("/reference/laws/?q=专卖法 99", "没有第九十九条"),
        ("/reference/laws/实施条例/", "第六十六条"),
        ("/reference/causes/", "未在当地烟草专卖批发企业进货"),
        ("/reference/causes/L01/", "待本局录入"),
        ("/reference/terms/?from=2026-12-28", "暂计"),
        ("/reference/terms/oral_approval/", "待确认"),
        ("/reference/calendar/?year=2027", "放假安排未录入"),
        ("/reference/licensees/?q=350206150798", "叶**"),
        ("/reference/licensees/350206150798/", "3502**********8556"),
    ],
)
def test_pages_show_what_they_promise(browser_of: Callable[[str], Client], path: str, words: str) -> None:
    answer = browser_of("reference_editor").get(path)
    assert answer.status_code == 200
    assert words in answer.content.decode()


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "path", ["terms/", "terms/hearing_notice/", "causes/", "causes/R01/", "calendar/", "products/"]
)
def test_pages_are_english_where_english_is_asked(browser_of: Callable[[str], Client], path: str) -> None:
    client = browser_of("reference_editor")
    client.cookies["django_language"] = "en"
    page = client.get(f"/reference/{path}").content.decode()
    for word in ("期限", "案由", "工作日", "品规与价格", "通知当事人", "R01 未在当地", ">未在当地"):
        assert word not in page


def test_the_list_goes_out_as_filtered(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("officer")
    text = client.get("/reference/products/?q=062015&export=csv&on=2025-10-30").content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("苏烟（五星红杉树）,6901028062015,")
    assert len(text.splitlines()) == 2
    assert client.get("/reference/products/?export=xlsx").content[:2] == b"PK"


def test_a_catalogue_goes_in_through_the_pages(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("reference_editor")
    head = {"region": "湖南", "title": "2026年上半年目录", "valid_from": "2026-01-01", "valid_to": "2025-01-01"}
    wrong = client.post("/reference/import/", {**head, "file": SimpleUploadedFile("目录.xlsx", GOOD)})
    assert "截止日早于起始日" in wrong.content.decode()
    assert 'value="2026年上半年目录"' in wrong.content.decode()
    right = {**head, "valid_to": "", "file": SimpleUploadedFile("目录.xlsx", GOOD)}
    seen = client.post("/reference/import/", right, follow=True)
    assert "校验位应为" in seen.content.decode()
    made = CatalogueImport.objects.get()
    client.post(f"/reference/import/{made.id}/decide/", {"act": "apply"})
    assert price_on(product_id("6901028062015"), dt.date(2026, 2, 1)).amount == 230
    assert "已导入" in client.get(f"/reference/import/{made.id}/").content.decode()


def test_the_editor_changes_price_term_and_day_on_the_pages(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("reference_editor")
    product = f"/reference/products/{product_id('6901028062015')}/"
    kept = client.post(product, {"act": "price", "amount": "0", "valid_from": "2026-01-01", "source": "依据"})
    assert "价格应大于 0" in kept.content.decode()
    client.post(product, {"act": "price", "amount": "225", "valid_from": "2026-01-01", "source": "依据"})
    assert price_on(product_id("6901028062015"), dt.date(2026, 2, 1)).amount == 225
    assert "调整价格" in client.get(product).content.decode()
    term = {"hours": "12", "unit": "", "source": "本局规定", "certainty": "practice"}
    assert client.post("/reference/terms/oral_approval/", term).status_code == 302
    day = {"act": "day", "day": "2026-03-02", "working": "0", "source": "台风"}
    assert client.post("/reference/calendar/?year=2026", day).status_code == 302
    assert not WorkingDayOverride.objects.get().working
    year = {"act": "year", "year": "2027", "rest": "2027-01-01\n2027-02-05 至 2027-02-11", "work": "", "source": "国办"}
    assert client.post("/reference/calendar/?year=2027", year).status_code == 302
    assert WorkingDayOverride.objects.filter(day__year=2027).count() == 8
    client.post("/reference/calendar/", {"act": "clear", "day": "2026-03-02"})
    assert not WorkingDayOverride.objects.filter(day__year=2026).exists()


@pytest.mark.usefixtures("shop")
def test_a_register_file_goes_in_but_for_its_wrong_rows(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("certificate_clerk")
    lines = [
        "licence_no,holder_name,holder_id,status,issued_on",
        "350206150798,叶𬭎森,350206197908178556,closed,2023-06-28",
        "350206112345,甲某,350206197908178557,valid,2023-06-28",
        "35020611234,乙某,,valid,",
        "350206112346,,,valid,",
        "350206112347,丙某,,open,",
        "350206112348,丁某,,valid,2023/6/28x",
        "350206212349,戊某,3502**********0175,valid,2023-06-28",
    ]
    file = SimpleUploadedFile("licences.csv", "\n".join(lines).encode())
    given = {"file": file, "districts": "350206", "complete_as_of": "2025-10-01"}
    page = client.post("/reference/licensees/load/", given).content.decode()
    for words in ("录入的是 7", "少 1 位", "缺少持证人", "不在 valid", "不是日期"):
        assert words in page
    assert Licensee.objects.get(licence_no="350206150798").status == "closed"
    assert Licensee.objects.count() == 2
    assert Entry.objects.get(kind="reference.register_imported").facts["refused"] == 5


def test_the_made_up_register_is_seeded_once_and_never_in_production(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        call_command("seed_register", "--shops", "60")
    assert Licensee.objects.count() == 60 == len(made_up.shops(60))
    assert Entry.objects.filter(kind="reference.register_imported").count() == 1
    with override_settings(PROFILE="production"), pytest.raises(CommandError):
        call_command("seed_register")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "path",
    [
        "/reference/products/", "/reference/catalogues/", "/reference/laws/", "/reference/laws/?q=零售",
        "/reference/causes/", "/reference/terms/", "/reference/licensees/",
    ],
)  # fmt: skip
def test_every_list_can_be_walked_with_the_keyboard(browser_of: Callable[[str], Client], path: str) -> None:
    text = browser_of("officer").get(path).content.decode()
    table = text.split("<table", 1)[1].split("</table>", 1)[0]
    assert "data-list" in table.split(">", 1)[0]
    assert "<tr data-href=" in table
