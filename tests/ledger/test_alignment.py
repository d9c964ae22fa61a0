"""What was done to entries is told from ids and leaves alone: every single act is named, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhuanmai.ledger.alignment import Difference, Found, align, runs
from zhuanmai.ledger.report import Fault


def leaf(identity: str, seq: int) -> bytes:
    return f"{identity}{seq}".encode()


def exported(text: str) -> list[tuple[bytes, bytes]]:
    return [(one.encode(), leaf(one, seq)) for seq, one in enumerate(text)]


def now(text: str) -> list[Found]:
    """Entries by number: a letter is an entry with the leaf that fits, ! before it one that does not, . none."""
    found, seq, wrong = [], 0, False
    for one in text:
        if one == "!":
            wrong = True
            continue
        if one != ".":
            found.append(Found(seq, one.encode(), b"other" if wrong else leaf(one, seq)))
        seq, wrong = seq + 1, False
    return found


@pytest.mark.parametrize(
    "text, told, newer",
    [
        ("abcdef", [], 0),
        ("abcdefxy", [], 2),
        ("ab!cdef", [(2, "altered")], 0),
        ("ab.def", [(2, "missing")], 0),
        ("abdef", [(2, "missing")], 0),
        ("abdefx", [(2, "missing")], 1),
        ("abxcdef", [(2, "inserted")], 0),
        ("xabcdef", [(0, "inserted")], 0),
        ("abxdef", [(2, "missing"), (2, "inserted")], 0),
        ("aecdbf", [(1, "swapped"), (4, "swapped")], 0),
        ("abc", [(3, "missing"), (4, "missing"), (5, "missing")], 0),
        ("abcxy", [(3, "missing"), (3, "inserted"), (4, "missing"), (4, "inserted"), (5, "missing")], 0),
        ("abcde...f", [(5, "altered")], 0),
        ("a..ef", [(1, "missing"), (2, "missing"), (3, "missing"), (4, "altered"), (5, "altered")], 0),
        ("", [(n, "missing") for n in range(6)], 0),
    ],
)
def test_one_act_is_one_difference(text: str, told: list[tuple[int, str]], newer: int) -> None:
    found = align(exported("abcdef"), now(text))
    assert sorted((one.position, one.fault.value) for one in found.differences) == sorted(told)
    assert found.newer == newer


@given(st.permutations("abcdefgh"), st.integers(0, 8), st.lists(st.integers(0, 8), max_size=3))
def test_nothing_passes_but_the_untouched(order: list[str], cut: int, put_in: list[int]) -> None:
    entries = order[:cut]
    for number, at in enumerate(put_in):
        entries.insert(min(at, len(entries)), str(number))
    found = now("".join(entries))
    untouched = [(one.id, one.leaf) for one in found[:8]] == exported("abcdefgh")
    assert bool(align(exported("abcdefgh"), found).differences) is not untouched


def test_neighbours_are_drawn_together() -> None:
    gone = [Difference(at, Fault.MISSING, "x") for at in (3, 4, 5, 9)]
    assert [(first, last) for first, last, _ in runs(gone)] == [(3, 5), (9, 9)]
