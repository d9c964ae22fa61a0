"""The register of numbers: what was given, why a number is void or its document corrected, in scope, to take along."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.documents.conftest import Office, facts_of
from zhuanmai.accounts.models import Grant, Officer
from zhuanmai.core.clock import now
from zhuanmai.documents import fonts, register, services
from zhuanmai.documents.models import IssuedNumber
from zhuanmai.documents.register import Filters

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build"),
]


def head_of(office: Office, name: str = "head") -> Officer:
    """A bureau head of the office."""
    head = Officer.objects.create_user(f"{name}-{office.unit.code}", "word", name="戊", unit=office.unit)
    Grant.objects.create(
        officer=head, role="bureau_head", unit=office.unit, confirmed_at=now()
    )  # fmt: skip
    return head


def two_numbers(office: Office) -> list[str]:
    """A document that was voided, and one that was corrected; their numbers."""
    gone = office.prepare()
    services.void(actor=office.officer, document_id=gone.document_id, reason="案件撤销")
    kept = office.sealed()
    services.correct(actor=office.officer, document_id=kept.document_id, facts=facts_of("D04"), reason="地址有误")
    return [str(one) for one in IssuedNumber.objects.order_by("n").values_list("text", flat=True)]


def test_every_number_is_there_with_what_explains_it(office: Office) -> None:
    first, second = two_numbers(office)
    head = head_of(office)
    found = {one.text: one for one in register.lines(register.numbers(head, Filters()))}
    assert (found[first].state, found[first].explained) == ("void", "案件撤销")
    assert (found[second].state, found[second].explained) == ("issued", "更正：地址有误")
    assert found[second].document == "证据先行登记保存通知书"
    (only,) = register.series(register.numbers(head, Filters()))
    assert (only.last, only.void, only.reserved, only.gaps) == (2, 1, 0, ())
    narrowed = [register.numbers(head, Filters(state=state)).get().text for state in ("void", "corrected")]
    assert narrowed == [first, second]
    assert not register.numbers(head, Filters(word="立")).exists()


def test_another_bureau_sees_none_of_it(office_of: Callable[[str], Office]) -> None:
    office, other = office_of("测烟"), office_of("它烟")
    two_numbers(office)
    assert register.numbers(head_of(office), Filters()).count() == 2
    assert not register.numbers(head_of(other, "other"), Filters()).exists()


def test_the_page_shows_it_and_gives_it_as_a_sheet(office: Office) -> None:
    first, second = two_numbers(office)
    client = Client()
    client.force_login(head_of(office))
    text = client.get("/documents/numbers").content.decode()
    assert all(words in text for words in (first, second, "案件撤销", "更正：地址有误", "无未说明的缺号"))
    book = load_workbook(io.BytesIO(client.get("/documents/numbers?export=xlsx&state=void").content))
    rows = [[str(cell.value) for cell in row] for row in book.worksheets[0].iter_rows()]
    assert [row[0] for row in rows] == ["编号", first]
    assert "案件撤销" in client.get("/documents/numbers?export=csv").content.decode("utf-8-sig")


def test_who_has_no_role_for_it_is_refused(office: Office) -> None:
    client = Client()
    client.force_login(office.officer)
    assert client.get("/documents/numbers").status_code == 403
