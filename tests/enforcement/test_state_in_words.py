"""What tablets and pages show of a case is in words: signers, approvals, what became of a set, what is left of a term."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import scene
from tests.enforcement.test_filing import decided, signed
from zhuanmai.approvals.models import Approval
from zhuanmai.core.left import Counted, Left
from zhuanmai.deadlines.left import left_of
from zhuanmai.deadlines.models import Deadline
from zhuanmai.documents import catalogue
from zhuanmai.documents.models import Document
from zhuanmai.enforcement.case_json import APPROVAL_STATES_ZH
from zhuanmai.reference.models import DeadlineTerm

ASCII = re.compile("[A-Za-z_]")


@pytest.mark.parametrize("code", sorted(code for code, kind in catalogue.kinds().items() if kind.printed))
def test_every_role_that_signs_a_paper_has_chinese_words(code: str) -> None:
    kind = catalogue.kind(code)
    roles = {signer.partition("×")[0].split("|")[0] for signer in kind.signers} | set(kind.approvals)
    assert [role for role in roles if ASCII.search(kind.papers.role_words(role))] == []


def test_every_state_of_an_approval_has_chinese_words() -> None:
    assert set(APPROVAL_STATES_ZH) == set(Approval.State)
    assert [words for words in APPROVAL_STATES_ZH.values() if ASCII.search(words)] == []


@pytest.mark.django_db
def test_the_state_says_who_signed_how_approvals_stand_and_what_became_of_the_set(bureau: Bureau) -> None:
    found = scene(bureau)
    assert found.tablet.state()["set_outcome"] is None
    found["jia"].act(found.case_id, "prepare_documents")
    first = found.tablet.state()["set_outcome"]
    assert first["made"] == Document.objects.filter(subject_id=found.case_id).count() > 0
    assert (first["unchanged"], first["failed"]) == (0, 0)
    found["jia"].act(found.case_id, "prepare_documents")
    assert found.tablet.state()["set_outcome"] == {**first, "made": 0, "unchanged": first["made"]}
    signed(found)
    found["wu"].decide(found.case_id, "registration")
    found["bing"].decide(found.case_id, "filing", agreed=False, words="事实不清")
    state = found.tablet.state()
    words = {one["words"] for document in state["documents"] for one in document["signed"]}
    assert {"承办人", "当事人", "单位负责人"} <= words
    assert [one for one in words if ASCII.search(one)] == []
    assert {one["state_zh"] for one in state["approvals"]} >= {"同意", "不再审批"}


@pytest.mark.django_db
def test_case_page_list_and_state_say_what_is_left_in_the_terms_own_unit(bureau: Bureau, client: Client) -> None:
    found = scene(bureau)
    signed(found)
    decided(found)
    running = list(Deadline.objects.filter(subject_id=found.case_id, ended_at=None))
    left = left_of(running)
    units = dict(DeadlineTerm.objects.values_list("code", "unit"))
    assert {units[row.code] for row in running} == {"working", "calendar"}
    assert {row.code: left[row.pk].unit for row in running} == {row.code: Counted(units[row.code]) for row in running}
    words = {left[row.pk].words() for row in running}
    client.force_login(bureau["jia"])
    assert {one["left"] for one in found.tablet.state()["deadlines"] if one["left"]} == words
    for address in (f"/cases/{found.case_id}/procedure", "/deadlines", "/"):
        text = client.get(address).content.decode()
        assert [one for one in words if one not in text] == [], address
    assert Left(7, Counted.WORKING).words() == "剩 7 个工作日"
