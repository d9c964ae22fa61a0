"""A case's set of papers: one that fails holds up no other, facts are those under the lock, few queries."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import scene
from tests.enforcement.test_filing import decided, signed
from tests.enforcement.test_locks import until_somebody_waits
from tests.enforcement.test_queries_of_pages import asked as of_page
from tests.enforcement.test_queries_of_pages import signed_in
from zhuanmai.documents import making, rendering
from zhuanmai.documents.models import Document, IssuedNumber, Making
from zhuanmai.documents.plan import Plan, rows_of
from zhuanmai.documents.queries import current
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.paper_plan import PLAN
from zhuanmai.enforcement.services import acts
from zhuanmai.enforcement.services.keeping import locked
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify

OF_A_SET, OF_THE_SAME_AGAIN, OF_ITS_PAGE = 190, 55, 48  # the ledger reads each row again in tests: 26 of the first

_BY_TIME = ("SAVEPOINT", "core_clockshift", 'UPDATE "core_work"', 'FROM "core_work" WHERE')
LATE = "补写的案情摘要：叶某当场承认从流动商贩处购进。"


def printed(case_id: Any, code: str) -> dict[str, Any]:
    """The facts of a paper as it was made."""
    return current(Document.objects.get(subject_id=case_id, kind=code)).facts


@pytest.mark.django_db
def test_a_paper_that_fails_does_not_hold_up_the_others(bureau: Bureau) -> None:
    found = scene(bureau)
    found.tablet.done("summary.set", text="叶\U0002f9f3森涉嫌无证运输。")  # a character that no font draws
    found["jia"].act(found.case_id, "prepare_documents")
    documents = found.documents()
    assert documents["D02"]["state"] == documents["D60"]["state"] == "prepared"
    assert (documents["D08"]["state"], "字形" in documents["D08"]["why"]) == ("failed", True)


@pytest.mark.django_db
def test_a_template_that_fails_does_not_hold_up_the_others(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    found, compile_ = scene(bureau), rendering.typeset

    def broken(kind: str, *arguments: Any, **more: Any) -> Any:
        if kind == "D04":
            raise ValueError("error: unknown variable: goods")
        return compile_(kind, *arguments, **more)

    monkeypatch.setattr(rendering, "typeset", broken)
    found["jia"].act(found.case_id, "prepare_documents")
    assert found.documents()["D04"]["state"] == "failed"
    assert not Document.objects.filter(kind="D04").exists()
    assert not IssuedNumber.objects.filter(word="存通").exists()
    assert found.documents()["D02"]["state"] == "prepared"


@pytest.mark.django_db
def test_what_was_held_back_is_in_the_papers(bureau: Bureau) -> None:
    found = scene(bureau)
    found.tablet.n += 1  # an operation that never comes
    sent = found.tablet.made("summary.set", text=LATE)
    assert found.tablet.send(sent)[0].status == "pending"
    found["jia"].act(found.case_id, "prepare_documents")
    assert printed(found.case_id, "D08")["case"]["summary"] == LATE


@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_the_papers_wait_for_the_case_is_in_them(bureau: Bureau) -> None:
    found = scene(bureau)

    def make() -> None:
        found["jia"].act(found.case_id, "prepare_documents")
        connection.close()

    with transaction.atomic():
        case = locked(found.case_id)
        maker = threading.Thread(target=make)
        maker.start()
        until_somebody_waits()
        assert maker.is_alive()
        case.summary = LATE
        case.cursor += 1
        case.save()
    maker.join()
    assert printed(found.case_id, "D08")["case"]["summary"] == LATE


def asked(queries: CaptureQueriesContext) -> list[str]:
    """The statements, but those of a test's own transactions, and those that come by time: progress, the clock."""
    return [query["sql"][:90] for query in queries if not any(word in query["sql"] for word in _BY_TIME)]


@pytest.mark.django_db
def test_a_set_asks_the_database_seldom(bureau: Bureau) -> None:
    found = scene(bureau)
    with CaptureQueriesContext(connection) as first:
        found["jia"].act(found.case_id, "prepare_documents")
    with CaptureQueriesContext(connection) as again:
        found["jia"].act(found.case_id, "prepare_documents")
    assert Document.objects.count() == 11
    assert len(asked(first)) <= OF_A_SET, "\n".join(asked(first))
    assert len(asked(again)) <= OF_THE_SAME_AGAIN, "\n".join(asked(again))
    page = of_page(signed_in(bureau, "jia"), f"/cases/{found.case_id}/documents")
    assert len(page) <= OF_ITS_PAGE, "\n".join(one[:90] for one in page)


@pytest.mark.django_db
def test_many_papers_are_a_job_and_few_are_made_at_once(bureau: Bureau) -> None:
    found, jia = scene(bureau), bureau["jia"]
    acts.make_documents(officer=jia, case_id=found.case_id)
    waiting = Making.objects.get()
    assert (waiting.is_open, Document.objects.count()) == (True, 0)
    assert found.tablet.state()["making"] == {"done": 0, "total": 0, "words": "", "error": "", "open": True}
    assert "zm-progress" in signed_in(bureau, "jia").get(f"/cases/{found.case_id}/documents").content.decode()
    acts.make_documents(officer=jia, case_id=found.case_id)
    assert Making.objects.count() == 1, "asked for again while it waits, it is the same set"
    making.run(making_id=waiting.pk)
    assert (Document.objects.count(), found.tablet.state()["making"]) == (11, None)
    found.tablet.done("summary.set", text=LATE)
    acts.make_documents(officer=jia, case_id=found.case_id)
    newest = Making.objects.first()
    assert newest is not None
    assert [one["code"] for one in newest.outcomes if one["became"] == "made"] == ["D08"]
    assert (newest.is_open, newest.work.job_id) == (False, None)


@pytest.mark.django_db
def test_what_failed_is_on_the_page_is_not_signed_and_is_made_when_it_is_put_right(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "prepare_documents")
    found.tablet.done("summary.set", text="叶\U0002f9f3森涉嫌无证运输。")
    found["jia"].act(found.case_id, "prepare_documents")
    failed = found.documents()["D08"]
    page = signed_in(bureau, "jia").get(f"/cases/{found.case_id}/documents?document={failed['id']}").content.decode()
    assert (failed["state"], "字库没有字形" in page) == ("failed", True)
    found["jia"].sign(found.case_id)
    assert (found.documents()["D08"]["signed"], len(found.documents()["D02"]["signed"])) == ([], 1)
    assert "未能生成：立案" in str([line.sentence for line in timeline(case_id=found.case_id)])
    found.tablet.done("summary.set", text=LATE)
    found["jia"].act(found.case_id, "prepare_documents")
    assert (found.documents()["D08"]["state"], found.documents()["D08"]["why"]) == ("prepared", "")
    assert verify().problems == []


@pytest.mark.django_db
def test_a_correction_stays_open_until_every_sealed_paper_has_followed(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    decided(found)
    found.sealed()
    found["jia"].act(found.case_id, "correct_facts", reason="姓名有误")
    party = found.tablet.state()["parties"][0]["party_id"]
    found.tablet.done("party.set", party_id=party, name="叶\U0002f9f3森")
    found["jia"].act(found.case_id, "prepare_documents")
    assert Case.objects.get().correcting == "姓名有误"
    assert Document.objects.get(kind="D02").version == 1
    found.tablet.done("party.set", party_id=party, name="叶建森")
    found["jia"].act(found.case_id, "prepare_documents")
    assert Case.objects.get().correcting == ""
    assert current(Document.objects.get(kind="D02")).facts["party"]["name"] == "叶建森"


@pytest.mark.parametrize(
    "row",
    [{"paper": "D99"}, {"paper": "D18"}, {"paper": "D02", "when": "on a Tuesday"}, {"paper": "D06", "keys": "moods"}],
)
def test_a_plan_that_names_what_nobody_knows_is_refused(row: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"plan": [row]}), encoding="utf-8")
    with pytest.raises(ValueError, match="plan"):
        Plan(rows_of(path), PLAN.conditions, PLAN.sources, PLAN.codes)
