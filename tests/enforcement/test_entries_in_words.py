"""The ledger keeps codes and is read in words: no code of an operation, a way, a unit or a table stands in a sentence."""

from __future__ import annotations

import re

import pytest

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import scene
from tests.enforcement.test_filing import signed
from zhuanmai.core.ids import new_id
from zhuanmai.core.units import Unit
from zhuanmai.enforcement.operations import CASES
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.queries import line_of, timeline

CODE = re.compile("[A-Za-z]")


def read(entry: str, /, **facts: object) -> str:
    """An entry's sentence, as pages show it."""
    return line_of(Entry(seq=1, kind=entry, facts=facts, object_kind="case", object_id=new_id())).sentence


@pytest.mark.parametrize("name", CASES.operations())
def test_an_operation_that_was_kept_or_refused_is_named_in_words(name: str) -> None:
    for kind in ("enforcement.kept", "enforcement.refused"):
        assert not CODE.search(read(kind, kind=name, detail="相关文书已签名"))


@pytest.mark.parametrize("way", ["view", "preview.pdf", "sealed.pdf", "print.pdf", "平板", "案件页"])
def test_the_way_to_a_view_is_said_in_words(way: str) -> None:
    assert not CODE.search(read("enforcement.seen", way=way, reason="核对"))


@pytest.mark.parametrize("unit", Unit)
def test_units_are_said_in_words(unit: Unit) -> None:
    assert not CODE.search(
        read("enforcement.scan", barcode="6901", n="1", unit=unit.value, name="七匹狼").replace("ml", "")
    )


def test_loaded_tables_are_named_in_words() -> None:
    found = read("reference.loaded", counts="Product 329，Barcode 385，DeadlineTerm 77")
    assert found.endswith("品规 329，条码 385，期限 77")


def test_words_that_are_no_code_stay() -> None:
    assert "ESSE CHANGE 1mg" in read("enforcement.scan", barcode="8801", n="1", unit="carton", name="ESSE CHANGE 1mg")


@pytest.mark.django_db
def test_submitting_is_not_told_as_the_act_itself_and_a_signature_names_its_paper(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    said = [line.sentence for line in timeline(case_id=found.case_id)]
    assert {"呈报登记保存", "呈报立案"} <= set(said)
    assert [one for one in said if one.startswith(("立案：", "先行登记保存："))] == []
    papers = [one for one in said if "签署" in one and "（" in one]
    assert papers
    assert [one for one in papers if "《" not in one] == []
