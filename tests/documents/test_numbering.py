"""Numbers: gapless and never twice, whoever asks at the same time; what is not issued is void with its reason."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.documents.conftest import Office
from zhuanmai.core.ids import new_id
from zhuanmai.documents import services
from zhuanmai.documents.models import IssuedNumber
from zhuanmai.documents.numbering import gaps, number_text, reserve

WRITERS, EACH = 8, 12


def take(office: Office, word: str = "存通", year: int = 2026) -> IssuedNumber:
    """One number in a transaction of its own."""
    with transaction.atomic():
        return reserve(unit=office.unit, word=word, year=year, document_id=new_id())


def numbers(office: Office, word: str = "存通", year: int = 2026) -> list[int]:
    """The numbers of a series."""
    return list(IssuedNumber.objects.filter(unit=office.unit, word=word, year=year).values_list("n", flat=True))


def at_once(work: Callable[[int], None], writers: int = WRITERS) -> None:
    """Run the same work in threads that start together; what one raises is raised here."""
    barrier, raised = threading.Barrier(writers), []

    def run(lane: int) -> None:
        try:
            barrier.wait()
            work(lane)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(lane,)) for lane in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def test_a_number_is_written_as_bureaus_write_it() -> None:
    assert number_text("厦湖烟", "存通", 2026, 12) == "厦湖烟存通〔2026〕第12号"


@pytest.mark.django_db(transaction=True)
def test_eight_writers_get_every_number_once(office: Office) -> None:
    def work(_: int) -> None:
        for _ in range(EACH):
            take(office)

    at_once(work)
    assert numbers(office) == list(range(1, WRITERS * EACH + 1))
    assert gaps(office.unit, "存通", 2026) == []


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_gives_its_number_back(office: Office) -> None:
    def work(lane: int) -> None:
        for turn in range(EACH):
            try:
                with transaction.atomic():
                    reserve(unit=office.unit, word="存通", year=2026, document_id=new_id())
                    if (lane + turn) % 3 == 0:
                        raise InterruptedError
            except InterruptedError:
                continue

    at_once(work)
    assert numbers(office) == list(range(1, WRITERS * EACH * 2 // 3 + 1))


@pytest.mark.django_db(transaction=True)
def test_series_are_apart_by_unit_word_and_year(office_of: Callable[[str], Office]) -> None:
    one, other = office_of("测烟"), office_of("测湖烟")
    texts = [
        take(one).text, take(one, "存批").text, take(one, year=2027).text, take(other).text, take(one).text,
    ]  # fmt: skip
    assert texts == [
        "测烟存通〔2026〕第1号", "测烟存批〔2026〕第1号", "测烟存通〔2027〕第1号", "测湖烟存通〔2026〕第1号", "测烟存通〔2026〕第2号",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_same_number_cannot_be_written_twice(office: Office) -> None:
    first = take(office)
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedNumber.objects.create(unit=office.unit, word="存通", year=2026, n=first.n, text="另一写法")


@pytest.mark.django_db(transaction=True)
def test_documents_prepared_at_once_have_different_numbers(office: Office) -> None:
    at_once(lambda lane: void_every_second(office, lane), 4)
    rows = list(IssuedNumber.objects.filter(unit=office.unit, word="存通"))
    assert [row.n for row in rows] == list(range(1, 5))
    assert sorted((row.state, row.reason) for row in rows) == [("reserved", "")] * 2 + [("void", "写错当事人")] * 2


def void_every_second(office: Office, lane: int) -> None:
    """Prepare a document; in every second lane void it again."""
    version = office.prepare("D04", key=f"第{lane}份")
    if lane % 2:
        services.void(actor=office.officer, document_id=version.document_id, reason="写错当事人")


@pytest.mark.django_db(transaction=True)
def test_a_voided_number_is_explained_and_never_used_again(office: Office) -> None:
    first = office.prepare().document
    services.void(actor=office.officer, document_id=first.pk, reason="当事人更换")
    second = office.prepare().document
    assert (first.number[-3:], second.number[-3:]) == ("第1号", "第2号")
    assert IssuedNumber.objects.get(text=first.number).reason == "当事人更换"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"n": 7}, {"text": "别的号"}, {"word": "罚"}, {"state": "void"}, {"year": 2020}],
    ids=["number", "text", "word", "void without a reason", "year"],
)
def test_the_database_refuses_to_change_a_number(office: Office, change: dict[str, object]) -> None:
    row = take(office)
    with pytest.raises(DatabaseError), transaction.atomic():
        IssuedNumber.objects.filter(pk=row.pk).update(**change)


@pytest.mark.django_db
def test_the_database_refuses_to_forget_or_revive_a_number(office: Office) -> None:
    row = take(office)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    IssuedNumber.objects.filter(pk=row.pk).update(state="void", reason="作废")
    with pytest.raises(DatabaseError), transaction.atomic():
        IssuedNumber.objects.filter(pk=row.pk).update(state="issued")
