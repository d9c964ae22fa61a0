"""Reconciliation's rule as a table: two sets of digests, and what is said of each pair; the days that are asked about."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhuanmai.exchange.comparing import Sent, compared, within
from zhuanmai.exchange.partners import Held


def ours(*rows: tuple[str, str, str, bool]) -> list[Sent]:
    """Messages of ours: key, kind, digest, whether the partner must hold it."""
    return [Sent(*row) for row in rows]


def theirs(*rows: tuple[str, str, str]) -> dict[str, Held]:
    """Messages as the partner lists them."""
    return {row[0]: Held(*row) for row in rows}


@pytest.mark.parametrize(
    ("sent", "held", "agreed", "missing", "differing", "unknown"),
    [
        ((), (), 0, [], [], []),
        ((("1", "case", "a", True),), (("1", "case", "a"),), 1, [], [], []),
        ((("1", "case", "a", False),), (("1", "case", "a"),), 1, [], [], []),  # its reply was lost, or it was given up
        ((("1", "case", "a", True),), (), 0, ["1"], [], []),
        ((("1", "case", "a", False),), (), 0, [], [], []),  # it still waits
        ((("1", "case", "a", True),), (("1", "case", "b"),), 0, [], ["1"], []),
        ((("1", "case", "a", False),), (("1", "case", "b"),), 0, [], ["1"], []),
        ((("1", "case", "a", True),), (("1", "items", "a"),), 0, [], ["1"], []),
        ((("1", "case", "a", True),), (("2", "case", "a"),), 0, ["1"], [], ["2"]),
        ((), (("2", "case", "a"), ("1", "case", "a")), 0, [], [], ["1", "2"]),
        ((("1", "case", "", True),), (("1", "case", ""),), 1, [], [], []),
    ],
)
def test_each_pair_is_judged_by_key_kind_and_digest(
    sent: tuple[tuple[str, str, str, bool], ...],
    held: tuple[tuple[str, str, str], ...],
    agreed: int,
    missing: list[str],
    differing: list[str],
    unknown: list[str],
) -> None:
    found = compared(ours(*sent), theirs(*held))
    assert (found.agreed, found.missing_there, found.differing) == (agreed, missing, differing)
    assert [one.key for one in found.unknown_here] == unknown


_KEYS, _DIGESTS = st.sampled_from("abcdef"), st.sampled_from("xy")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(_KEYS, st.tuples(_DIGESTS, st.booleans())),
    st.dictionaries(_KEYS, _DIGESTS),
)
def test_every_message_is_told_of_once(sent: dict[str, tuple[str, bool]], held: dict[str, str]) -> None:
    found = compared(
        [Sent(key, "case", digest, due) for key, (digest, due) in sent.items()],
        {key: Held(key, "case", digest) for key, digest in held.items()},
    )
    told = [*found.missing_there, *found.differing, *(one.key for one in found.unknown_here)]
    assert len(told) == len(set(told))
    assert found.agreed + len(found.differing) == len(sent.keys() & held.keys())
    assert len(found.unknown_here) == len(held.keys() - sent.keys())
    assert set(found.missing_there) == {key for key, (_, due) in sent.items() if due and key not in held}


D28, D29, D30 = (dt.date(2026, 11, day) for day in (28, 29, 30))


@pytest.mark.parametrize(
    ("day", "since", "until", "is_within"),
    [
        (D29, None, None, True), (None, None, None, True), (None, D29, D29, True),
        (D28, D29, None, False), (D29, D29, None, True), (D30, D29, None, True),
        (D28, None, D29, True), (D29, None, D29, True), (D30, None, D29, False),
        (D28, D29, D29, False), (D29, D29, D29, True), (D30, D29, D29, False),
    ],
)  # fmt: skip
def test_the_first_and_the_last_day_are_asked_about_too(
    day: dt.date | None, since: dt.date | None, until: dt.date | None, is_within: bool
) -> None:
    assert within(day, since, until) is is_within
