"""Reconciliation: each partner by itself, one run at a time, from what was kept when a message was sent and received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.behind import behind_the_rules
from tests.exchange.conftest import enqueue, partners_of, reconciling, registry_of, send, work_off
from zhuanmai.accounts.models import Officer
from zhuanmai.core import files
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.exchange import reconciliation, services
from zhuanmai.exchange.connectors import SignedJson
from zhuanmai.exchange.models import Message, Reconciliation
from zhuanmai.exchange.partners import Partner, registry
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify
from zhuanmai.sandbox.national.server import National

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


def tampered(sql: str, *values: Any) -> None:
    """Change what the database guards, as nobody may."""
    with behind_the_rules() as cursor:
        cursor.execute(sql, values)


def test_it_names_what_differs(national: National, officer_with: Callable[[str], Officer]) -> None:
    auditor = officer_with("auditor")
    enqueue(1)
    enqueue(2)
    work_off()
    row = reconciliation.ask(actor=auditor, partner="national")
    assert reconciliation.ask(actor=auditor, partner="national") == row, "one that is under way is not begun twice"
    work_off()
    row.refresh_from_db()
    assert (row.state, row.agreed, row.agrees) == ("done", 6, True)
    changed, lost = Message.objects.filter(kind="case")
    stranger = str(new_id())
    with national.store._connection as store:
        store.execute("update messages set sha256 = '0' where key = ?", [str(changed.pk)])
        store.execute("delete from messages where key = ?", [str(lost.pk)])
        store.execute("insert into messages (key, kind, sha256) values (?, 'case', '0')", [stranger])
    row = reconciliation.run(reconciliation_id=reconciling(auditor.pk), partners=partners_of(national))
    assert (row.differing, row.missing_there) == ([str(changed.pk)], [str(lost.pk)])
    assert [(held["key"], held["kind"]) for held in row.unknown_here] == [(stranger, "case")]
    assert (row.agreed, row.agrees) == (4, False)
    assert [line.sentence for line in timeline(object_id=row.pk)] == [
        "对账（国家局系统）：一致 4，对方缺 1，我方无 1，内容不符 1"
    ]
    client = Client()
    client.force_login(auditor)
    page = client.get(f"/exchange/reconciliations/{row.pk}").content.decode()
    for words in (f"/exchange/messages/{changed.pk}", f"/exchange/messages/{lost.pk}", stranger):
        assert words in page


def test_bodies_and_files_that_were_erased_since_make_no_difference(national: National) -> None:
    enqueue(1)
    work_off()
    sent = Message.objects.get(kind="document")
    files.path_of(sent.files["pdf"]).unlink()
    tampered("update exchange_message set body = '{}' where id = %s", Message.objects.get(kind="case").pk)
    row = reconciliation.run(reconciliation_id=reconciling(), partners=partners_of(national))
    assert (row.state, row.agreed, row.agrees) == ("done", 3, True)


def test_what_was_changed_here_is_not_sent(national: National) -> None:
    sent = send("case", new_id(), clue_no="1")
    tampered('update exchange_message set body = \'{"clue_no": "2"}\' where id = %s', sent.pk)
    dead = services.deliver(message_id=sent.pk, partners=partners_of(national))
    assert (dead.state, "摘要不符" in dead.last_error) == ("dead", True)
    assert national.store.listed("", 10) == []


def test_a_message_that_arrives_meanwhile_is_not_missing(national: National) -> None:
    """The partner's list was read before the message came: it is received here, and on none of the pages."""
    enqueue(1)
    to = partners_of(national)

    class Late(SignedJson):
        """Lists, and then takes what waits."""

        def held(self, since: dt.date | None = None, until: dt.date | None = None) -> Any:
            listed = list(super().held(since, until))
            work_off()
            return iter(listed)

    to.forget("national")
    to.register(Partner("national", "国家局系统", "x", Late("national", key_file="exchange.pem")))
    row = reconciliation.run(reconciliation_id=reconciling(), partners=to)
    assert Message.objects.filter(state="received").count() == 3
    assert (row.state, row.missing_there, row.agreed) == ("done", [], 0)


def test_only_the_days_that_are_asked_about_are_missing(national: National) -> None:
    for case in (1, 2):
        enqueue(case)
    work_off()
    early, late = Message.objects.filter(kind="case")
    with national.store._connection as store:
        store.execute("delete from messages where key in (?, ?)", [str(early.pk), str(late.pk)])
    arrived = late.received_on
    assert arrived
    Message.objects.filter(pk=early.pk).update(received_on=arrived - dt.timedelta(days=1))

    def missing(**days: dt.date) -> list[str]:
        return reconciliation.run(reconciliation_id=reconciling(**days), partners=partners_of(national)).missing_there

    assert missing(since=arrived) == [str(late.pk)]
    assert missing(until=arrived - dt.timedelta(days=1)) == [str(early.pk)]
    assert sorted(missing()) == sorted([str(early.pk), str(late.pk)])


def test_partners_are_compared_side_by_side(
    national: National, settings: Any, officer_with: Callable[[str], Officer]
) -> None:
    auditor = officer_with("auditor")
    registry.register(Partner("toy", "玩具系统", "Toy", SignedJson("toy")))
    try:
        first, second = (reconciliation.ask(actor=auditor, partner=partner) for partner in ("national", "toy"))
        assert first != second
        enqueue(1)
        work_off()
        found = {row.partner: row for row in Reconciliation.objects.all()}
        assert (found["national"].state, found["toy"].state) == ("done", "failed")
        client = Client()
        client.force_login(auditor)
        page = client.get("/exchange/reconciliations?partner=toy").content.decode()
        assert str(second.pk) in page
    finally:
        registry.forget("toy")


def test_it_is_asked_for_of_a_partner_there_is_and_of_days_in_order(officer_with: Callable[[str], Officer]) -> None:
    auditor = officer_with("auditor")
    with pytest.raises(NotFound, match="对接系统"):
        reconciliation.ask(actor=auditor, partner="customs")
    day = dt.date(2026, 11, 30)
    with pytest.raises(Refused, match="起始日期"):
        reconciliation.ask(actor=auditor, partner="national", since=day, until=day - dt.timedelta(days=1))
    asked = reconciliation.ask(actor=auditor, partner="national", since=day, until=day)
    assert (asked.since, asked.until) == (day, day)


def test_with_nobody_there_it_says_so(tmp_path: Path, settings: Any) -> None:
    settings.HOME_DIR = tmp_path
    row = reconciliation.run(reconciliation_id=reconciling(), partners=registry_of("http://127.0.0.1:9", 1))
    assert (row.state, row.error) == ("failed", "对方暂时无法对账（ConnectError），请稍后再试")


@pytest.mark.parametrize(
    "rows",
    [[{"key": "a"}], [3], [{"key": "b", "kind": "case", "sha256": "0"}, {"key": "a", "kind": "x", "sha256": "0"}]],
)
def test_a_list_that_is_none_is_an_outcome_too(national: National, monkeypatch: pytest.MonkeyPatch, rows: Any) -> None:
    monkeypatch.setattr(national.store, "listed", lambda after, *_: rows if after < "z" else [])
    row = reconciliation.run(reconciliation_id=reconciling(), partners=partners_of(national))
    assert (row.state, "对方暂时无法对账" in row.error) == ("failed", True)


def test_the_pages_say_that_nothing_was_compared_yet(officer_with: Callable[[str], Officer]) -> None:
    client = Client()
    client.force_login(officer_with("auditor"))
    page = client.get("/exchange/reconciliations").content.decode()
    assert "还没有对过账" in page
    assert "国家局系统" in page
    assert [one for one in verify().problems if "exchange" in one.where] == []
