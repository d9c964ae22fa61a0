"""Two tablets on one case: whatever is repeated or comes in another order, the case ends as the model computes it."""

from __future__ import annotations

import datetime as dt
import os
import random
import threading
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.enforcement.conftest import Bureau, TabletClient, seeded
from tests.enforcement.test_locks import until_somebody_waits
from zhuanmai.accounts.queries import bureau_of
from zhuanmai.core.clock import now
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.operations import Result, Sent, opening
from zhuanmai.fieldlog import applying
from zhuanmai.fieldlog import opening as subjects
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify

GOODS = ("6901028314985", "6901028118187", "6901028340618", "8888075005524", "6901028161862")
SCANS, UNDOS, KEYED = 200, 20, 10
CASES = int(os.environ.get("ZHUANMAI_TABLET_CASES", "3"))


def plan(tablet: TabletClient, chance: random.Random, model: Counter[str]) -> list[Sent]:
    """One tablet's operations in its own order, and what they add to the model.

    A keyed quantity never takes more than this tablet has put there itself, so the order of the other one is free.
    """
    own: Counter[str] = Counter()
    scans: list[tuple[Sent, str]] = []
    acts = ["scan"] * SCANS + ["undo"] * UNDOS + ["keyed"] * KEYED
    chance.shuffle(acts)
    acts.sort(key=lambda act: act != "scan" and chance.random() < 0.3)
    made: list[Sent] = []
    for act in acts:
        if act == "undo" and scans:
            sent, barcode = scans.pop()
            if own[barcode] > 0:
                own[barcode] -= 1
                made.append(tablet.made("undo", operation_id=str(sent.id)))
        elif act == "keyed" and own:
            barcode = chance.choice(sorted(own))
            difference = chance.randint(-own[barcode], 30)
            if difference:
                own[barcode] += difference
                line_id = tablet.line_id(barcode)
                made.append(
                    tablet.made("quantity.difference", line_id=line_id, difference=difference, unit="carton", seen=0)
                )
        else:
            barcode = chance.choice(GOODS)
            own[barcode] += 1
            scans.append((tablet.made("scan", barcode=barcode, n=1), barcode))
            made.append(scans[-1][0])
    model.update(own)
    return made


def deliveries(operations: list[Sent], chance: random.Random) -> list[list[Sent]]:
    """Batches of the operations, some sent twice, some before their predecessors; all arrive in the end."""
    batches, at = [], 0
    while at < len(operations):
        size = chance.randint(1, 40)
        batches.append(operations[at : at + size])
        at += size
    repeated = [batch for batch in batches if chance.random() < 0.3]
    for batch in repeated:
        batches.insert(chance.randint(0, len(batches)), batch)
    for _ in range(len(batches) // 3):
        i = chance.randrange(len(batches) - 1)
        batches[i], batches[i + 1] = batches[i + 1], batches[i]
    return [chance.sample(batch, len(batch)) if chance.random() < 0.3 else batch for batch in batches]


def compare(tablet: TabletClient, model: Counter[str]) -> None:
    """The case's lines are the model's counts, and nothing waits."""
    state = tablet.state()
    assert {line["barcode"]: Decimal(line["quantity"]) for line in state["lines"]} == {
        barcode: Decimal(n) for barcode, n in model.items() if n
    }
    assert state["pending"] == []
    assert not FieldOperation.objects.exclude(status="applied").exists()


@pytest.fixture
def seeded_once(db: None, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """The bureau, seeded once for all examples of a property; nothing is given up however slow the machine is."""
    monkeypatch.setattr(applying, "HELD_AT_MOST", dt.timedelta(days=1))
    return seeded()


def test_what_waits_for_its_turn_can_be_taken_back(seeded_once: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = seeded_once.open_case()
    never_sent, scan = (tablet.made("scan", barcode=GOODS[0]) for _ in range(2))
    undo = tablet.made("undo", operation_id=str(scan.id))
    assert [one.status for one in tablet.send(scan)] == ["pending"]
    monkeypatch.setattr(applying, "HELD_AT_MOST", dt.timedelta(0))
    FieldOperation.objects.filter(pk=scan.id).update(received_at=now() + dt.timedelta(hours=1))
    tablet.send(undo)
    tablet.send(tablet.made("scan", barcode=GOODS[1]))
    tablet.send(never_sent)
    assert {line["barcode"]: line["quantity"] for line in tablet.state()["lines"]} == {GOODS[0]: "1", GOODS[1]: "1"}


@given(seed=st.integers(min_value=0, max_value=2**32))
@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_tablets_end_in_the_state_of_the_model(seeded_once: Bureau, seed: int) -> None:
    chance = random.Random(seed)
    first = seeded_once.open_case()
    second = TabletClient(seeded_once["yi"], first.case_id)
    model: Counter[str] = Counter()
    queues = [
        (tablet, iter(deliveries(plan(tablet, chance, model), chance)))
        for tablet in (first, second)
    ]  # fmt: skip
    FieldOperation.objects.filter(subject_id=first.case_id, kind="case.open").update(status="applied")
    while queues:
        tablet, batches = chance.choice(queues)
        batch = next(batches, None)
        if batch is None:
            queues.remove((tablet, batches))
            continue
        tablet.send(*batch)
    compare(first, model)


@pytest.mark.django_db(transaction=True)
def test_two_tablets_at_the_same_moment_lose_nothing() -> None:
    bureau = seeded()
    first = bureau.open_case()
    second = TabletClient(bureau["yi"], first.case_id)
    barrier = threading.Barrier(2)
    problems: list[BaseException] = []

    def scan(tablet: TabletClient) -> None:
        try:
            sent = [tablet.made("scan", barcode=GOODS[i % 3]) for i in range(30)]
            barrier.wait()
            for i in range(0, 30, 3):
                tablet.send(*sent[i : i + 3])
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=scan, args=(tablet,)) for tablet in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    compare(first, Counter(dict.fromkeys(GOODS[:3], 20)))
    assert verify().problems == []


def opened_at_once(bureau: Bureau, tablets: Sequence[TabletClient], lock: int, of: object) -> list[Result]:
    """All tablets open their case; each has found no case and waits for the lock before any of them goes on."""
    results: list[Result] = []
    problems: list[BaseException] = []

    def run(tablet: TabletClient) -> None:
        try:
            results.append(tablet.do("case.open", **bureau.opening()))
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(tablet,)) for tablet in tablets]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [lock, str(of)])
            for thread in threads:
                thread.start()
            until_somebody_waits(len(threads))
    finally:
        for thread in threads:
            thread.join(60)
    assert problems == []
    return results


@pytest.mark.django_db(transaction=True)
def test_two_tablets_that_open_one_case_at_once_make_one() -> None:
    bureau, case_id = seeded(), new_id()
    tablets = [TabletClient(bureau[username], case_id) for username in ("jia", "yi")]
    results = opened_at_once(bureau, tablets, subjects._LOCK, f"case|{case_id}")
    assert sorted((one.status, one.code) for one in results) == [("applied", ""), ("refused", "opened_already")]
    assert Case.objects.get().pk == case_id
    assert Case.objects.get().assignments.count() == 2
    assert Entry.objects.filter(kind="enforcement.case.open").count() == 1
    for tablet in tablets:
        tablet.done("scan", barcode=GOODS[0], n=1)
    assert [line["quantity"] for line in tablets[0].state()["lines"]] == ["2"]
    assert verify().problems == []


@pytest.mark.django_db(transaction=True)
def test_two_cases_opened_at_once_get_two_numbers() -> None:
    bureau = seeded()
    tablets = [TabletClient(bureau[username], new_id()) for username in ("jia", "yi")]
    results = opened_at_once(bureau, tablets, opening._CLUE_LOCK, bureau_of(bureau["jia"].unit).pk)
    assert [one.status for one in results] == ["applied", "applied"]
    assert sorted(Case.objects.values_list("clue_serial", flat=True)) == [1, 2]
