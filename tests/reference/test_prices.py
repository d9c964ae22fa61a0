"""Which price a product had on a day, and which product a barcode meant: catalogues, marks, shared and reused codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import call_command

from zhuanmai.accounts.models import Officer
from zhuanmai.core.errors import Conflict, NotAllowed, Refused
from zhuanmai.ledger.models import Entry
from zhuanmai.reference import catalogue, loading, services
from zhuanmai.reference.identify import Status, identify
from zhuanmai.reference.models import Barcode, Price, PriceCatalogue, Product
from zhuanmai.reference.prices import in_force_on, price_on
from zhuanmai.reference.shipped import product_id

D = dt.date
ON = D(2025, 10, 30)
pytestmark = pytest.mark.usefixtures("shipped")


@pytest.mark.parametrize(
    "code, on, amount, mark",
    [
        ("6901028062015", ON, 220, ""),
        ("6901028062015", D(2025, 12, 31), 220, ""),
        ("6901028062015", D(2026, 1, 1), 220, "沿用2025年下半年目录"),
        ("6901028001625", ON, 180, ""),  # the province's price before the list without province
        ("6901028001625", D(2025, 6, 30), 170, ""),  # before the catalogue began, the list fills in
        ("6901028015547", D(2025, 6, 30), None, "未核价"),
        ("6901028247405", ON, 300, "退出目录"),
    ],
)
def test_the_price_of_a_day(code: str, on: D, amount: int | None, mark: str) -> None:
    found = price_on(product_id(code), on)
    assert (found.amount, found.mark) == (amount, mark)
    assert bool(found.basis_source) == (amount is not None)


def test_cigars_are_priced_by_the_stick() -> None:
    found = identify("6901028028516", ON).candidate
    assert found is not None
    assert (found.price.per, found.price.amount) == ("stick", Decimal("1.10"))
    assert found.product.sticks_per_carton is None


def test_another_province_has_no_price_of_ours() -> None:
    assert price_on(product_id("6901028015547"), ON, "福建").mark == "未核价"
    assert price_on(product_id("6901028001625"), ON, "福建").amount == 170


def test_a_next_catalogue_takes_over_and_what_it_leaves_out_is_marked() -> None:
    later = PriceCatalogue.objects.create(region="湖南", title="2026年上半年目录", valid_from=D(2026, 1, 1))
    Price.objects.create(
        product_id=product_id("6901028062015"), catalogue=later, amount=230, per="carton", valid_from=D(2026, 1, 1)
    )
    assert in_force_on(D(2026, 3, 1)) == later
    assert price_on(product_id("6901028062015"), D(2026, 3, 1)).amount == 230
    left_out = price_on(product_id("6901028015547"), D(2026, 3, 1))
    assert (left_out.amount, left_out.mark) == (65, "退出目录")
    assert price_on(product_id("6901028062015"), ON).amount == 220


def test_one_price_changes_from_a_day_on(officer_with: Callable[[str], Officer]) -> None:
    editor, product = officer_with("reference_editor"), product_id("6901028062015")
    change = {"product_id": product, "valid_from": D(2025, 11, 1), "source": "湘烟专〔2025〕1号"}
    services.change_price(actor=editor, amount=Decimal("225"), **change)
    assert price_on(product, ON).amount == 220
    assert price_on(product, D(2025, 11, 1)).amount == 225
    entry = Entry.objects.get(kind="reference.price_changed")
    assert (entry.facts["old"], entry.facts["new"]) == ("220", "225")
    with pytest.raises(Conflict, match="price_same_day"):
        services.change_price(actor=editor, amount=Decimal("226"), **change)
    with pytest.raises(Refused, match="price_amount"):
        services.change_price(actor=editor, amount=Decimal("0"), **change)
    with pytest.raises(Refused, match="price_before"):
        services.change_price(actor=editor, amount=Decimal("9"), **{**change, "valid_from": D(2025, 1, 1)})
    with pytest.raises(NotAllowed):
        services.change_price(actor=officer_with("officer"), amount=Decimal("9"), **change)


def test_a_shared_barcode_is_a_choice_and_a_reused_one_follows_the_day() -> None:
    other = Product.objects.exclude(pk=product_id("6901028062015")).filter(kind="cigarette").first()
    assert other is not None
    row = Barcode.objects.create(product=other, code="6901028062015", level="carton", valid_from=D(2025, 1, 1))
    found = identify("6901028062015", ON)
    assert (found.status, len(found.candidates)) == (Status.AMBIGUOUS, 2)
    assert [way.code for way in found.ways_on] == ["choose"]
    Barcode.objects.filter(product_id=product_id("6901028062015"), level="carton").update(valid_to=D(2025, 8, 31))
    Barcode.objects.filter(pk=row.pk).update(valid_from=D(2025, 9, 1))
    before, after = identify("6901028062015", D(2025, 8, 31)).candidate, identify("6901028062015", ON).candidate
    assert before is not None
    assert after is not None
    assert (before.product.id, after.product.id) == (product_id("6901028062015"), other.id)


def test_pack_and_case_barcodes_name_their_unit(officer_with: Callable[[str], Officer]) -> None:
    pack = Barcode.objects.filter(level="pack").first()
    assert pack is not None
    found = identify(pack.code, ON).candidate
    assert found is not None
    assert found.unit == "pack"
    services.add_barcode(
        actor=officer_with("reference_editor"), product_id=pack.product_id, code="16901028062012", level="case"
    )
    case = identify("1690 1028 0620 12", ON).candidate
    assert case is not None
    assert (case.unit, case.product.id) == ("case", pack.product_id)


@pytest.mark.parametrize(
    "query, first",
    [
        ("062015", "苏烟（五星红杉树）"),
        ("苏烟(五星", "苏烟（五星红杉树）"),
        ("sywxhss", "苏烟（五星红杉树）"),
        ("SYWX", "苏烟（五星红杉树）"),
        ("小熊猫家园", "云烟（小熊猫家园）"),
        ("cbssy", "长白山（神韵）"),
    ],
)
def test_officers_find_a_product_as_they_do(query: str, first: str) -> None:
    assert catalogue.search(query, ON)[0].product.name == first


@pytest.mark.parametrize("query", ["", "   ", "（）", "zzzzzz", "000000"])
def test_nothing_is_found_for_nothing(query: str) -> None:
    assert catalogue.search(query, ON) == []


def test_loading_again_changes_nothing_and_keeps_what_the_bureau_set(capsys: pytest.CaptureFixture[str]) -> None:
    entries = Entry.objects.count()
    assert set(loading.load().values()) == {0}
    assert Entry.objects.count() == entries
    Product.objects.filter(pk=product_id("6901028062015")).update(name="本局改的名", set_by_bureau=True)
    Product.objects.filter(pk=product_id("6901028015547")).update(name="被改坏的名")
    call_command("load_reference")
    assert "Product 1" in capsys.readouterr().out
    assert Product.objects.get(pk=product_id("6901028062015")).name == "本局改的名"


def test_made_up_goods_of_the_sandbox_are_not_in_the_catalogue() -> None:
    assert identify("4902210555157", ON).status is Status.FOREIGN_UNKNOWN
