"""Papers follow what they rest on: no notice before its approval, no receipt before somebody signed for it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.documents.reading import text_of
from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, Scene, scene
from tests.enforcement.test_filing import signed
from zhuanmai.core import files
from zhuanmai.core.clock import SHANGHAI, now, set_clock
from zhuanmai.documents.models import Document
from zhuanmai.documents.queries import current

pytestmark = pytest.mark.django_db
NOTICES = {"D04"}


def lacking(found: Scene, code: str) -> list[str]:
    """What keeps a paper from its seal, as its page says."""
    return [one["label"] for one in found.documents()[code]["missing"]]


def test_a_notice_of_registration_is_not_sealed_before_its_approval(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    assert not NOTICES & set(found.sealed())
    assert lacking(found, "D04") == ["负责人批准先行登记保存（书面或者口头）"]
    found["wu"].decide(found.case_id, "registration")
    assert set(found.sealed()) >= NOTICES
    assert lacking(found, "D04") == []


def test_a_notice_is_sealed_after_an_approval_by_word_of_mouth(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    assert not NOTICES & set(found.sealed())
    head = str(bureau["wu"].pk)
    found.tablet.done("oral_approval.record", by_officer_id=head, at=now().isoformat(), reason="当事人欲转移")
    assert set(found.sealed()) >= NOTICES


def test_a_notice_that_a_head_refused_stays_unsealed(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    found["wu"].decide(found.case_id, "registration", agreed=False, words="证据不会灭失")
    assert not NOTICES & set(found.sealed())


@pytest.mark.parametrize("refuses", [False, True])
def test_a_receipt_is_of_the_moment_when_it_was_signed_or_left(bureau: Bureau, *, refuses: bool) -> None:
    found = scene(bureau, refuses=refuses)
    found["jia"].act(found.case_id, "submit_registration")
    found["jia"].act(found.case_id, "prepare_documents")
    later = now() + dt.timedelta(hours=2)
    set_clock(later)
    for name in ("jia", "yi"):
        found[name].sign(found.case_id)
    if refuses:
        found["jia"].by_hand(found.case_id, "party", refusal_reason="当事人拒签")
        found["jia"].by_hand(found.case_id, "witness", drawing=DRAWN)
    else:
        found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
    assert "D40" in found.sealed()
    paper = current(Document.objects.get(subject_id=found.case_id, kind="D40", key=""))
    at = later.astimezone(SHANGHAI)
    assert f"收到时间：{at.year}年{at.month}月{at.day}日{at:%H时%M分}" in text_of(files.load(paper.sealed_sha256))
