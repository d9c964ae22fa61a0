"""Who says what on paper: who refuses is said to, with the reason; a witness signs in a place of their own; who is absent
is never said to be there."""

from __future__ import annotations

import pytest

from tests.documents.reading import text_of
from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, Scene, scene
from zhuanmai.core import files
from zhuanmai.documents.models import Document
from zhuanmai.documents.queries import current

pytestmark = pytest.mark.django_db


def sealed(found: Scene, *, witness: bool, refuses: bool = False) -> None:
    """Everybody signs, or refuses; what is complete is sealed."""
    found["jia"].act(found.case_id, "prepare_documents")
    for name in ("jia", "yi", "ji"):
        found[name].sign(found.case_id)
    if refuses:
        found["jia"].by_hand(found.case_id, "party", refusal_reason="当事人不认可检查结果")
    elif not witness:
        found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
    if witness:
        found["jia"].by_hand(found.case_id, "witness", drawing=DRAWN)
    found.sealed()


def printed(found: Scene, code: str) -> str:
    """The text of a sealed paper, without blanks."""
    paper = current(Document.objects.get(subject_id=found.case_id, kind=code, key__in=["", *_keys(found, code)]))
    assert paper.sealed_sha256, f"{code} is not sealed"
    return text_of(files.load(paper.sealed_sha256))


def _keys(found: Scene, code: str) -> list[str]:
    return list(Document.objects.filter(subject_id=found.case_id, kind=code).values_list("key", flat=True)[:1])


@pytest.mark.parametrize("code, label", [("D02", "当事人"), ("D07", "被询问人")])
def test_who_refuses_is_said_to_and_the_witness_signs_elsewhere(bureau: Bureau, code: str, label: str) -> None:
    found = scene(bureau, refuses=True)
    sealed(found, witness=True, refuses=True)
    text = printed(found, code)
    assert f"{label}（签名或盖章）：拒绝签名" in text
    assert "拒签、不在场情况说明当事人不认可检查结果" in text
    assert "见证人（签名）：李证" in text
    assert "签名（捺印）：拒绝签名见证人：" in text, "the foot of each page"


def test_who_is_absent_is_not_said_to_be_there(bureau: Bureau) -> None:
    found = scene(bureau, present=False)
    sealed(found, witness=True)
    text = printed(found, "D02")
    assert "当事人（签名或盖章）：不在场" in text
    assert "签名（捺印）：不在场见证人：" in text
    assert "当事人在场" not in text
    assert "见证人（签名）：李证" in text
    assert "D07" not in found.documents()


def test_without_a_witness_there_is_no_place_for_one_at_the_foot(bureau: Bureau) -> None:
    found = scene(bureau)
    sealed(found, witness=False)
    text = printed(found, "D02")
    assert "签名（捺印）：执法人员签名：" in text
    assert "不在场见证人" not in text
