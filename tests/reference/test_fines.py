"""Ranges of fines in yuan: rounding into the range, several acts, circumstances; and the sample rows of penalties."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from zhuanmai.core.errors import Refused
from zhuanmai.reference import allowed, discretion, fines, shipped
from zhuanmai.reference.allowed import Fine, Source
from zhuanmai.reference.discretion import Effect
from zhuanmai.reference.fines import Range, holds, range_of, sums

D = Decimal
DATA = Path(allowed.__file__).parent / "data"
FILE, PARTS = (json.loads((DATA / f"{name}.json").read_text())["causes"] for name in ("case_causes", "cause_parts"))
LAWS = shipped.cause_laws(FILE, PARTS)
ROWS = Path(__file__).resolve().parents[1] / "fixtures" / "procedure" / "penalties.csv"


def fine(code: str) -> Fine:
    """The fine of a shipped cause."""
    found = allowed.allowed(LAWS[code], Source("case_causes.json", code)).fine
    assert found
    return found


@pytest.mark.parametrize(
    "code, base, aggravated, expected",
    [
        ("R01", "1500", False, Range(D("75.00"), D("150.00"), True)),
        ("R01", "8765.43", False, Range(D("438.28"), D("876.54"), True)),  # 438.2715 up, 876.543 down
        ("R01", "8765.49", False, Range(D("438.28"), D("876.54"), True)),  # 876.549 down
        ("R01", "0.01", False, Range(D("0.01"), D("0.00"), True)),
        ("R04", "22000", False, Range(D("4400"), D("11000"), False)),
        ("R04", "22000", True, Range(D("4400"), D("11000"), False)),  # no sums of its own when aggravated
        ("R04", None, False, None),
        ("M01", None, False, Range(D(0), D(50000), True)),
        ("M01", "7", False, Range(D(0), D(50000), True)),
        ("M01", None, True, Range(D(50000), D(500000), True)),
        ("C01", "100", False, Range(D(0), D(50), True)),
    ],
)
def test_the_range_lies_within_the_articles(code: str, base: str | None, aggravated: bool, expected: Range) -> None:
    assert range_of(fine(code), D(base) if base else None, aggravated=aggravated) == expected


MAY, ALSO_MAY, MUST = Range(D(50), D(100), True), Range(D(300), D(400), True), Range(D(10), D(20), False)


@pytest.mark.parametrize(
    "ranges, expected",
    [
        ([], []),
        ([MAY], [(50, 100)]),
        ([MUST], [(10, 20)]),
        ([MAY, MUST], [(10, 20), (60, 120)]),
        ([MAY, ALSO_MAY], [(50, 100), (300, 400), (350, 500)]),
        ([MUST, MUST], [(20, 40)]),
    ],
)
def test_several_acts_each_have_a_fine_of_their_own(ranges: list[Range], expected: list[tuple[int, int]]) -> None:
    assert [(one.least, one.most) for one in sums(ranges)] == expected
    assert {one.optional for one in sums(ranges)} <= {all(one.optional for one in ranges)}


@pytest.mark.parametrize(
    "ranges, amount, lawful",
    [
        ([MAY], "0", False),
        ([MAY], "49.99", False),
        ([MAY], "50", True),
        ([MAY], "100", True),
        ([MAY], "100.01", False),
        ([MAY, ALSO_MAY], "100.01", False),
        ([MAY, ALSO_MAY], "299.99", False),
        ([MAY, ALSO_MAY], "300", True),
        ([MAY, ALSO_MAY], "500", True),
        ([MAY, ALSO_MAY], "500.01", False),
        ([MAY, MUST], "50", False),
        ([MAY, MUST], "20", True),
        ([Range(D(0), D(5), True)], "0", False),
        ([Range(D(0), D(5), True)], "0.01", True),
    ],
)
def test_a_sum_is_made_of_lawful_fines_or_is_refused(ranges: list[Range], amount: str, lawful: bool) -> None:
    assert holds(ranges, D(amount)) is lawful


def rows() -> list[dict[str, str]]:
    """The sample rows that speak of a penalty of the bureau."""
    with ROWS.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["result"] == "penalise"]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_the_sample_rows_have_their_range(row: dict[str, str]) -> None:
    given = json.loads(row["inputs"])
    found = range_of(fine(row["cause"]), D(given["base"]) if "base" in given else None)
    assert found == Range(D(row["range_min"]), D(row["range_max"]), row["fine_optional"] == "yes")
    if row["proposed"]:
        assert holds([found], D(row["proposed"])) == (row["proposed_verdict"] in ("ok", "departure"))


def test_circumstances_say_what_they_do_and_where_it_stands() -> None:
    by_code = {one.code: one for one in discretion.circumstances()}
    assert {code for code, one in by_code.items() if one.excludes} == {
        "under_14", "no_capacity", "slight_corrected_no_harm", "no_fault", "limitation",
    }  # fmt: skip
    assert {code for code, one in by_code.items() if one.mitigates} == {
        "minor_14_18", "partial_capacity", "removed_harm", "coerced", "confessed_unknown", "merit", "other_by_law",
    }  # fmt: skip
    assert (by_code["coerced"].zh, by_code["coerced"].source) == ("受他人胁迫或者诱骗实施违法行为", "行政处罚法 32(二)")
    assert by_code["repeat_two_years"].effect is Effect.HEAVIER


def test_circumstances_are_found_by_code_and_none_is_made_up() -> None:
    assert [one.code for one in discretion.found(["merit", "coerced", "merit"])] == ["coerced", "merit"]
    assert discretion.found([]) == ()
    with pytest.raises(Refused, match="circumstance_unknown") as refused:
        discretion.found(["coerced", "poor"])
    assert "“poor”" in refused.value.detail
    assert refused.value.field == "simple.circumstances"


def test_a_custom_never_mitigates() -> None:
    assert not any(one.mitigates for one in discretion.circumstances() if one.certainty != "statute")
    assert fines.sums([]) == []
