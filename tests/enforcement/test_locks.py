"""What two people do on one case at once waits in line, whoever began: the case first, the ledger last.

An act that held the ledger's lock and then waited for the case would stop an act that holds the case and waits for the
ledger; the database would end one of the two with an error.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.models import Model

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, Scene, scene
from zhuanmai.alerts import services
from zhuanmai.alerts.daily import asking
from zhuanmai.alerts.daily.running import raise_all
from zhuanmai.alerts.models import Alert, Run
from zhuanmai.approvals.models import Approval
from zhuanmai.core import work
from zhuanmai.core.clock import now, today
from zhuanmai.core.models import Event
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.receivers import count_terms_again
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.services import signing
from zhuanmai.ledger import registry
from zhuanmai.ledger.services import append

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _held() -> None:
    registry.register("test.held", sentence="占住案件")


@pytest.fixture
def prepared(bureau: Bureau, transactional_db: None) -> Scene:
    """A case whose documents wait for signatures."""
    found = scene(bureau)
    found["jia"].act(found.case_id, "submit_registration")
    found["jia"].act(found.case_id, "submit_filing")
    found["jia"].act(found.case_id, "prepare_documents")
    return found


def ready(found: Scene) -> None:
    """Everything that can be sealed waits for the job."""
    found["jia"].sign(found.case_id)
    found["yi"].sign(found.case_id)
    found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)


Doing = Callable[[Scene], object]
ACTS: dict[str, tuple[Doing, Doing]] = {
    "an officer signs": (lambda found: None, lambda found: found["jia"].sign(found.case_id)),
    "the party signs": (lambda found: None, lambda found: found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)),
    "the job seals": (ready, lambda found: signing.seal_ready(case_id=found.case_id)),
    "documents are made again": (
        lambda found: None,
        lambda found: found["jia"].act(found.case_id, "prepare_documents"),
    ),
    "the head decides": (lambda found: None, lambda found: found["wu"].decide(found.case_id, "registration")),
}


@pytest.mark.parametrize("name", ACTS)
def test_who_holds_the_case_can_always_write_to_the_ledger(prepared: Scene, name: str) -> None:
    before, act = ACTS[name]
    before(prepared)
    with meanwhile(prepared, act):
        append("test.held", actor_id=None, object_kind="case", object_id=prepared.case_id)


def test_who_holds_the_case_may_change_what_waits_for_a_head(prepared: Scene) -> None:
    row = Approval.objects.get(subject_id=prepared.case_id, purpose="registration")
    with meanwhile(prepared, lambda found: found["wu"].decide(found.case_id, "registration")):
        Approval.objects.filter(pk=row.pk).update(asked_at=row.asked_at)


def test_a_decision_waits_for_a_term_before_it_holds_the_ledger(prepared: Scene) -> None:
    """Who reminds of a term, stops or extends it holds its run and then writes to the ledger."""
    for name in ("bing", "ding"):
        prepared[name].decide(prepared.case_id, "filing")
    run = Deadline.objects.get(subject_id=prepared.case_id, code="verify_clue", ended_at=None)
    with meanwhile(prepared, lambda found: found["wu"].decide(found.case_id, "filing"), hold=run):
        append("test.held", actor_id=None, object_kind="case", object_id=prepared.case_id)
    assert Deadline.objects.get(pk=run.pk).ending == "met"


def test_a_change_of_the_days_holds_the_cases_before_their_terms(prepared: Scene) -> None:
    """As an act does: who holds the case may change its terms while all are counted again."""
    run = Deadline.objects.filter(subject_id=prepared.case_id, ended_at=None).latest("pk")
    Deadline.objects.filter(pk=run.pk).update(due=run.due + dt.timedelta(days=1))
    event = Event(kind="reference.calendar_changed", payload={})

    def count(found: Scene) -> None:
        with transaction.atomic():
            count_terms_again(event)

    with meanwhile(prepared, count):
        Deadline.objects.filter(pk=run.pk).update(note="办理中")
    assert Deadline.objects.get(pk=run.pk).due == run.due


def waiting_alerts(found: Scene, *chances: float) -> list[Alert]:
    """Alerts that wait for a squad, in the order of their ids, with these probabilities."""
    done = work.past(asking.TASK, about=str(today()), at=now())
    squad, run = Case.objects.get(pk=found.case_id).unit, Run.objects.create(day=today(), work=done)
    return [
        Alert.objects.create(
            number=f"A20260101-00{n}",
            run=run,
            day=run.day,
            subject_kind="licence",
            subject=f"35020610000{n}",
            probability=chance,
            score=chance,
            offence="outflow",
            unit=squad,
            area=squad,
            state="raised",
        )  # fmt: skip
        for n, chance in enumerate(chances)
    ]


def test_alerts_are_given_out_in_the_order_in_which_they_are_assigned(prepared: Scene) -> None:
    first, second = waiting_alerts(prepared, 0.1, 0.9)
    with meanwhile(prepared, lambda found: services.dispatch_waiting(), hold=first):
        Alert.objects.select_for_update().get(pk=second.pk)
    assert [one.state for one in Alert.objects.all()] == ["assigned", "assigned"]


def test_a_run_of_alerts_holds_the_ledger_only_when_all_is_given_out(prepared: Scene) -> None:
    (old,) = waiting_alerts(prepared, 0.5)

    def keep(found: Scene) -> None:
        with transaction.atomic():
            raise_all(old.run, [])
            services.dispatch_waiting()

    with meanwhile(prepared, keep, hold=old):
        append("test.held", actor_id=None, object_kind="case", object_id=prepared.case_id)


def test_a_decision_waits_for_the_alert_before_it_holds_the_ledger(prepared: Scene) -> None:
    """Who records an alert's result holds the alert and then writes to the ledger."""
    for name in ("bing", "ding"):
        prepared[name].decide(prepared.case_id, "filing")
    done = work.past(asking.TASK, about=str(today()), at=now())
    squad, run = Case.objects.get(pk=prepared.case_id).unit, Run.objects.create(day=today(), work=done)
    alert = Alert.objects.create(
        number="A20260101-001", run=run, day=run.day, subject_kind="licence", subject="350206100001", probability=0.5,
        score=0.5, offence="outflow", unit=squad, state="visited", case_id=prepared.case_id,
    )  # fmt: skip
    with meanwhile(prepared, lambda found: found["wu"].decide(found.case_id, "filing"), hold=alert):
        append("test.held", actor_id=None, object_kind="case", object_id=prepared.case_id)
    assert Alert.objects.get(pk=alert.pk).outcome == "case"


@contextmanager
def meanwhile(found: Scene, act: Doing, hold: Model | None = None) -> Iterator[None]:
    """Hold the case as an act does (or another row); somebody else acts and waits; the block runs, commits, and the other finishes."""
    raised: list[BaseException] = []
    row = hold or Case.objects.get(pk=found.case_id)

    def run() -> None:
        try:
            act(found)
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    try:
        with transaction.atomic():
            type(row)._base_manager.select_for_update().get(pk=row.pk)
            thread.start()
            until_somebody_waits()
            with connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '3s'")
            yield
    finally:
        thread.join(60)
    assert raised == []


def until_somebody_waits(how_many: int = 1, seconds: float = 30) -> None:
    """Until so many other connections wait for a lock. Raises TimeoutError."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0] >= how_many:
                return
        time.sleep(0.02)
    raise TimeoutError("nobody came to wait")
