"""A catalogue file is previewed before it changes anything; each refused row says where and why; applied once."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from zhuanmai.accounts.models import Officer
from zhuanmai.core.errors import Conflict, NotAllowed, Refused
from zhuanmai.ledger.models import Entry
from zhuanmai.reference import barcodes, importing, services
from zhuanmai.reference.identify import identify
from zhuanmai.reference.models import Barcode, CatalogueImport, Price, Product
from zhuanmai.reference.prices import price_on
from zhuanmai.reference.services import CatalogueHead
from zhuanmai.reference.services.catalogues import plan_of
from zhuanmai.reference.shipped import product_id

HEAD = CatalogueHead("湖南", "2026年上半年目录", "湖南省烟草专卖局", dt.date(2026, 1, 1), dt.date(2026, 6, 30))
LATER = dt.date(2026, 2, 1)
KEPT, RENAMED, SOLD_ON = "6901028062015", "6901028180818", "6901028015875"
NEW = "690102899999" + barcodes.check_digit("690102899999")
HEADINGS = ["条码", "品规名称", "零售价", "每条盒数", "每条支数", "盒条码", "类别"]


def xlsx(*rows: list[Any], headings: list[str] = HEADINGS) -> bytes:
    """A spreadsheet with these rows under the headings."""
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (headings, *rows):
        page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


GOOD = xlsx(
    [KEPT, "苏烟（五星红杉树）", 230],
    ["6901028316897", "红塔山(新时代)", 100],
    [RENAMED, "黄鹤楼（天下名楼新版）", 160],
    [SOLD_ON, "新牌（蓝）", 88],
    [NEW, "七匹狼（测试）", "1,250.50", 10, 160, "6901028888882", "卷烟"],
    ["6901028062016", "错码", 10],
    ["6901028137492", "七匹狼（红）", "贵"],
    [KEPT, "苏烟（五星红杉树）", 231],
    ["6.90103E+12", "科学计数", 10],
    ["", "没有条码", 10],
)


def preview(editor: Officer, content: bytes = GOOD, head: CatalogueHead = HEAD) -> tuple[CatalogueImport, Any]:
    """Look at a file as the editor does."""
    return services.preview_catalogue(actor=editor, file_name="目录.xlsx", content=content, head=head)


@pytest.mark.usefixtures("shipped")
def test_a_preview_says_what_changes_and_changes_nothing(officer_with: Callable[[str], Officer]) -> None:
    before = (Product.objects.count(), Price.objects.count(), Entry.objects.count())
    _, plan = preview(officer_with("reference_editor"))
    assert (Product.objects.count(), Price.objects.count(), Entry.objects.count()) == before
    counts = plan.counts
    assert {key: counts[key] for key in ("new", "price", "renamed", "reassigned", "unchanged", "refused")} == {
        "new": 1, "price": 1, "renamed": 1, "reassigned": 1, "unchanged": 1, "refused": 5,
    }  # fmt: skip
    assert counts["rows"] == 10
    assert counts["left_out"] == 317 - 3
    assert [(row.line, row.column) for row in plan.refused] == [
        (7, "条码"), (8, "零售价"), (9, "条码"), (10, "条码"), (11, "条码"),
    ]  # fmt: skip
    reasons = [row.reason for row in plan.refused]
    for reason, words in zip(reasons, ("校验位应为 5", "不是数字", "第 2 行", "科学计数", "没有条码"), strict=True):
        assert words in reason
    price = next(change for change in plan.changes if change.kind == "price")
    assert (price.was, price.becomes, price.alarm) == ("¥220/条", "¥230/条", "")
    assert next(change for change in plan.changes if change.kind == "reassigned").alarm


@pytest.mark.usefixtures("shipped")
def test_applied_it_is_in_force_on_its_first_day_and_on_the_ledger(officer_with: Callable[[str], Officer]) -> None:
    editor = officer_with("reference_editor")
    seen, _ = preview(editor)
    for _ in range(2):
        done = services.apply_catalogue(actor=editor, import_id=seen.id)
        assert done.state == "applied"
    entry = Entry.objects.get(kind="reference.catalogue_imported")
    assert entry.facts["counts"] == "新增 1，调价 1，改名 1，换品规 1，不变 1，退回 5，退出目录 314"
    assert len(entry.rows["reference.price"]) == 5
    assert price_on(product_id(KEPT), dt.date(2025, 10, 30)).amount == 220
    assert price_on(product_id(KEPT), LATER).amount == 230
    assert Product.objects.get(pk=product_id(RENAMED)).name == "黄鹤楼（天下名楼新版）"
    new = identify(NEW, LATER).candidate
    assert new is not None
    assert (new.product.sticks_per_carton, new.price.amount, new.product.initials) == (160, Decimal("1250.50"), "qplcs")
    pack = identify("6901028888882", LATER).candidate
    assert pack is not None
    assert (pack.product, pack.unit) == (new.product, "pack")


@pytest.mark.usefixtures("shipped")
def test_a_barcode_with_a_new_owner_keeps_the_old_one_for_old_days(officer_with: Callable[[str], Officer]) -> None:
    editor = officer_with("reference_editor")
    services.apply_catalogue(actor=editor, import_id=preview(editor)[0].id)
    old, new = identify(SOLD_ON, dt.date(2025, 10, 30)).candidate, identify(SOLD_ON, LATER).candidate
    assert old is not None
    assert new is not None
    assert (old.product.name, new.product.name, new.price.amount) == ("真龙（锦绣）", "新牌（蓝）", 88)
    assert Barcode.objects.get(code=SOLD_ON, product=old.product).valid_to == dt.date(2025, 12, 31)


@pytest.mark.usefixtures("shipped")
def test_what_changed_since_the_preview_is_not_applied(officer_with: Callable[[str], Officer]) -> None:
    editor = officer_with("reference_editor")
    seen, _ = preview(editor)
    services.change_price(
        actor=editor, product_id=product_id(KEPT), amount=Decimal("225"), valid_from=dt.date(2025, 11, 1), source="调价"
    )
    assert plan_of(seen).digest != seen.plan_sha256
    with pytest.raises(Conflict, match="plan_changed"):
        services.apply_catalogue(actor=editor, import_id=seen.id)


@pytest.mark.usefixtures("shipped")
def test_put_aside_or_without_the_role_nothing_is_applied(officer_with: Callable[[str], Officer]) -> None:
    editor = officer_with("reference_editor")
    seen, _ = preview(editor)
    with pytest.raises(NotAllowed):
        services.apply_catalogue(actor=officer_with("officer"), import_id=seen.id)
    services.discard_catalogue(actor=editor, import_id=seen.id)
    with pytest.raises(Conflict, match="import_discarded"):
        services.apply_catalogue(actor=editor, import_id=seen.id)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "name, content, code",
    [
        ("a.pdf", b"%PDF", "import_format"),
        ("a.xlsx", b"not a zip", "import_broken"),
        ("a.csv", b"\xff\xfe\x00\x81", "import_encoding"),
        ("a.csv", b"", "import_empty"),
        ("a.csv", "条码,品规名称\n6901028062015,苏烟\n".encode(), "import_columns"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(
    officer_with: Callable[[str], Officer], name: str, content: bytes, code: str
) -> None:
    with pytest.raises(Refused, match=code) as caught:
        services.preview_catalogue(actor=officer_with("reference_editor"), file_name=name, content=content, head=HEAD)
    assert "；请" in caught.value.detail
    assert caught.value.field == "file"


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "change, code",
    [
        ({"region": " "}, "catalogue_region"),
        ({"title": ""}, "catalogue_title"),
        ({"valid_to": dt.date(2025, 1, 1)}, "catalogue_period"),
        ({"valid_from": dt.date(2025, 7, 1)}, "catalogue_there"),
    ],
)
def test_a_catalogue_says_rightly_what_it_is(
    officer_with: Callable[[str], Officer], change: dict[str, Any], code: str
) -> None:
    head = CatalogueHead(**{**vars(HEAD), **change})
    with pytest.raises(Refused, match=code):
        preview(officer_with("reference_editor"), head=head)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_that_offices_use(encoding: str) -> None:
    content = "条形码,卷烟名称,建议零售价\n6901028062015,苏烟（五星红杉树）,¥220\n".encode(encoding)
    (row,), refused = importing.catalogue_rows("目录.csv", content)
    assert (row.name, row.retail_price, row.per, refused) == ("苏烟（五星红杉树）", Decimal("220.00"), "carton", [])


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), min_size=1, max_size=8))
def test_every_row_is_either_taken_or_refused_with_a_reason(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["条码", "品名", "零售价"], *rows])
    filled = [row for row in csv.reader(io.StringIO(text.getvalue())) if any(cell.strip() for cell in row)]
    if len(filled) == 1:
        with pytest.raises(Refused, match="import_empty"):
            importing.catalogue_rows("x.csv", text.getvalue().encode())
        return
    good, refused = importing.catalogue_rows("x.csv", text.getvalue().encode())
    assert len(good) + len(refused) == len(filled) - 1
    assert all(row.reason.endswith("。") and row.line > 1 for row in refused)
