"""An operation is its author's: another officer sends it only by taking it over openly, and never in their name."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.enforcement.conftest import Bureau, TabletClient, statuses
from zhuanmai.accounts.device_keys import officer_key, subject_key
from zhuanmai.core.ids import new_id
from zhuanmai.fieldlog.models import FieldOperation, Tablet
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify

RED = "6901028314985"
pytestmark = pytest.mark.django_db


def sent_by(bureau: Bureau, username: str, tablet: TabletClient) -> TabletClient:
    """The same tablet with another officer signed in."""
    return TabletClient(bureau[username], tablet.case_id, tablet.tablet, tablet.n)


def test_what_another_made_is_not_taken_in_ones_own_name_and_stays_to_be_sent(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    other = TabletClient(bureau["yi"], tablet.case_id)
    scan, own = tablet.made("scan", barcode=RED), other.made("scan", barcode=RED)
    results = sent_by(bureau, "yi", tablet).send(scan)
    assert [(one.status, one.code) for one in results] == [("refused", "not_author")]
    assert "由甲录入" in results[0].detail
    assert not FieldOperation.objects.filter(pk=scan.id).exists()
    mixed = other.send(scan, own)
    assert [(one.status, one.code) for one in mixed] == [("refused", "not_author"), ("applied", "")]
    assert statuses(tablet.send(scan)) == ["applied"]
    assert tablet.state()["totals"]["cartons"] == "2"
    assert Entry.objects.filter(kind="enforcement.refused", actor_id=bureau["yi"].pk).count() == 2
    assert verify().problems == []


def test_taken_over_openly_it_is_kept_with_both_names(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    scan = tablet.made("scan", barcode=RED)
    taken = replace(scan, taken_over=True)
    assert statuses(sent_by(bureau, "yi", tablet).send(taken)) == ["applied"]
    row = FieldOperation.objects.get(pk=scan.id)
    assert (row.actor, row.made_by) == (bureau["yi"], bureau["jia"])
    entry = Entry.objects.get(kind="enforcement.scan")
    assert (entry.actor_id, entry.facts["taken_over"]) == (bureau["yi"].pk, "由甲录入、乙上传")
    assert Tablet.objects.get(tablet=tablet.tablet).officer == bureau["jia"]
    assert statuses(tablet.send(scan)) == ["duplicate"]
    assert verify().problems == []


def test_only_officers_of_the_case_take_over_from_each_other(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    squad = next(one for one in bureau.people.values() if one.unit == bureau["jia"].unit and one.may("enforcement.act")
                 and one not in (bureau["jia"], bureau["yi"]))  # fmt: skip
    scan = replace(tablet.made("scan", barcode=RED), taken_over=True)
    helper = sent_by(bureau, squad.username, tablet)
    assert [one.code for one in helper.send(scan)] == ["not_involved"]
    stranger = replace(tablet.made("scan", barcode=RED), by=squad.pk, taken_over=True)
    assert [one.code for one in tablet.send(stranger)] == ["not_involved"]
    assert tablet.state()["lines"] == []


def test_nobody_opens_a_case_in_anothers_name(bureau: Bureau) -> None:
    tablet = TabletClient(bureau["jia"], new_id())
    opening = tablet.made("case.open", **bureau.opening())
    for sent in (opening, replace(opening, taken_over=True)):
        results = sent_by(bureau, "yi", tablet).send(sent)
        assert [(one.status, one.code) for one in results] == [("refused", "not_author")]
    assert statuses(tablet.send(opening)) == ["applied"]


def post(bureau: Bureau, username: str, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """A POST of JSON by an officer."""
    client = Client()
    client.force_login(bureau[username])
    answer = client.post(f"/api{path}", json.dumps(body, default=str), content_type="application/json")
    assert answer.status_code != 200 or answer["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()


def test_an_officers_key_on_a_device_is_their_own(bureau: Bureau) -> None:
    device, other = new_id(), new_id()
    status, given = post(bureau, "jia", "/accounts/device-key", device=device)
    assert (status, base64.b64decode(given["key"])) == (200, officer_key(bureau["jia"].pk, device))
    keys = {
        post(bureau, who, "/accounts/device-key", device=on)[1]["key"]
        for who in ("jia", "yi")
        for on in (device, other)
    }
    assert len(keys) == 4
    assert Client().post("/api/accounts/device-key", "{}", content_type="application/json").status_code == 401


def test_the_key_to_anothers_case_is_given_to_who_takes_it_over_and_noted(bureau: Bureau) -> None:
    tablet, device = bureau.open_case(), new_id()
    path = f"/enforcement/cases/{tablet.case_id}/take-over"
    author = bureau["jia"].pk
    status, given = post(bureau, "yi", path, author=author, device=device)
    assert (status, base64.b64decode(given["key"])) == (200, subject_key(author, device, tablet.case_id))
    entry = Entry.objects.get(kind="enforcement.taken_over")
    assert (entry.actor_id, entry.facts["author"]) == (bureau["yi"].pk, "甲")
    assert post(bureau, "yi", path, author=bureau["wu"].pk, device=device)[1]["code"] == "not_involved"
    assert post(bureau, "o35020310", path, author=author, device=device)[0] in (403, 404)
    assert Entry.objects.filter(kind="enforcement.taken_over").count() == 1


def test_a_page_of_another_officer_does_nothing_in_the_name_of_who_is_signed_in(bureau: Bureau) -> None:
    tablet, client = bureau.open_case(), Client()
    client.force_login(bureau["yi"])
    body = json.dumps({"operation_id": str(new_id()), "act": "end_no_finding", "payload": {}})
    path = f"/api/enforcement/cases/{tablet.case_id}/acts"
    for officer, status in ((bureau["jia"].pk, 401), ("nobody", 401), (bureau["yi"].pk, 200)):
        answer = client.post(path, body, content_type="application/json", headers={"X-Officer": str(officer)})
        assert answer.status_code == status
        assert tablet.state()["case"]["state"] == ("no_finding" if status == 200 else "inspection")
