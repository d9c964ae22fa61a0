"""Proves: of the single mutations of the rules four in five are noticed, and the table says so of every module.

The run itself (ZHUANMAI_MUTANTS=all) belongs to `make prove`; without it the table is compared with the list of modules.
"""

from __future__ import annotations

import os
import re

import pytest

from tests import mutation
from tests.mutation import Score, function_of, module_of, scores, share, table


def test_the_rules_are_there() -> None:
    assert mutation.rule_modules()
    for module in mutation.rule_modules():
        assert (mutation.ROOT / "src" / "zhuanmai" / f"{module.replace('.', '/')}.py").exists(), module


def test_the_table_speaks_of_every_module_and_four_in_five_are_noticed() -> None:
    text = mutation.TABLE.read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w.]+)` \| \d+ \|", text, re.MULTILINE) == mutation.rule_modules()
    (whole,) = re.findall(r"^\| all \| \d+ \| \d+ \| (\d+)% \|", text, re.MULTILINE)
    assert int(whole) >= mutation.WANTED * 100


@pytest.mark.skipif(os.environ.get("ZHUANMAI_MUTANTS") != "all", reason="make prove runs the mutants")
@pytest.mark.slow
def test_four_of_five_mutants_are_noticed() -> None:
    assert mutation.main() == 0


@pytest.mark.parametrize(
    "mutant, function",
    [
        ("zhuanmai.core.units.x_plain__mutmut_12", "core.units.plain"),
        ("zhuanmai.core.units.x__whole_in_words__mutmut_1", "core.units._whole_in_words"),
        ("zhuanmai.core.units.xǁPackingǁ_sticks_in__mutmut_3", "core.units.Packing._sticks_in"),
    ],
)
def test_a_mutant_is_named_by_its_function(mutant: str, function: str) -> None:
    assert function_of(mutant) == function


def test_scores_count_what_was_judged_and_leave_out_what_cannot_be() -> None:
    found = scores(
        {
            "zhuanmai.core.units.x_plain__mutmut_1": "killed",
            "zhuanmai.core.units.x_plain__mutmut_2": "timeout",
            "zhuanmai.core.units.x_plain__mutmut_3": "survived",
            "zhuanmai.core.units.x_money__mutmut_1": "no tests",
            "zhuanmai.core.units.x_money__mutmut_2": "not checked",
            "zhuanmai.core.units_of_measure.x_other__mutmut_1": "survived",
            "zhuanmai.core.moves.x_asks__mutmut_1": "survived",
        },
        ["core.units", "core.moves"],
        {"core.moves.asks"},
    )
    survivors = ["zhuanmai.core.units.x_money__mutmut_1", "zhuanmai.core.units.x_plain__mutmut_3"]
    assert found == {"core.units": Score(2, survivors, 1), "core.moves": Score()}
    assert (found["core.units"].share, found["core.moves"].share, share(found)) == (0.5, 0.0, 0.5)


def test_the_table_names_each_survivor_its_change_and_why_it_stands() -> None:
    found = {"core.units": Score(9, ["zhuanmai.core.units.x_plain__mutmut_3"], 0)}
    text = table(found, {"core.units.plain": "the same"}, {"zhuanmai.core.units.x_plain__mutmut_3": "`f` → `F`"})
    assert "| `core.units` | 10 | 9 | 90% | – |" in text
    assert "| all | 10 | 9 | 90% | – |" in text
    assert "| `core.units.plain` | `f` → `F` | the same |" in text
    assert "not looked at yet" in table(found, {}, {})


def test_a_module_is_named_as_its_import_without_the_package() -> None:
    assert module_of("src/zhuanmai/enforcement/lines.py") == "enforcement.lines"
