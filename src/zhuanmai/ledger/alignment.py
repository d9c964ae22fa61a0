"""What was done to a list of entries, told by the ids and leaves that an exported head is over. Pure functions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from zhuanmai.ledger.report import Fault

Record = tuple[bytes, bytes]  # id, leaf


@dataclass(frozen=True)
class Found:
    """An entry as the database has it now."""

    seq: int
    id: bytes
    leaf: bytes


@dataclass(frozen=True)
class Difference:
    """What happened at one number, or from it to another: the fault, and in words against what."""

    position: int
    fault: Fault
    against: str
    until: int | None = None

    @property
    def last(self) -> int:
        """The last number that it is about."""
        return self.position if self.until is None else self.until


@dataclass(frozen=True)
class Alignment:
    """All differences by number, and how many entries are newer than the export."""

    differences: list[Difference]
    newer: int


def align(expected: Sequence[Record], found: Sequence[Found]) -> Alignment:
    """Compare what was exported with what is there (ascending by seq). An entry that only moved up or down because
    others were taken out or put in before it is not a difference of its own.
    """
    place = {identity: position for position, (identity, _) in enumerate(expected)}
    known = [entry for entry in found if entry.id in place]
    missing = sorted(set(place.values()) - {place[entry.id] for entry in known})
    gone = set(missing)
    highest = known[-1].seq if known else -1
    strangers = [entry for entry in found if entry.id not in place]
    inserted = [entry.seq for entry in strangers if entry.seq < highest or entry.seq in gone]
    differences = [Difference(at, Fault.MISSING, "导出的树头记有此条") for at in missing]
    differences += [Difference(at, Fault.INSERTED, "导出的树头没有此条") for at in inserted]
    differences += _moved_or_altered(expected, known, place, missing, sorted(inserted))
    differences.sort(key=lambda difference: difference.position)
    return Alignment(differences, len(strangers) - len(inserted))


def _moved_or_altered(
    expected: Sequence[Record],
    known: Sequence[Found],
    place: dict[bytes, int],
    missing: Sequence[int],
    inserted: Sequence[int],
) -> list[Difference]:
    differences = []
    at_seq = {entry.seq: entry for entry in known}
    in_order = sorted(place[entry.id] for entry in known)
    for entry, rank in zip(known, in_order, strict=True):
        home = place[entry.id]
        if entry.seq == home:
            if entry.leaf != expected[home][1]:
                differences.append(Difference(home, Fault.ALTERED, "与导出的摘要不符"))
            continue
        shifted = home - bisect_left(missing, home) + bisect_left(inserted, entry.seq)
        if rank == home and entry.seq == shifted:
            continue
        other = at_seq.get(home)
        if other is not None and place[other.id] == entry.seq:
            differences.append(Difference(entry.seq, Fault.SWAPPED, f"与第 {home} 条互换"))
        else:
            differences.append(Difference(home, Fault.ALTERED, f"编号由 {home} 改为 {entry.seq}"))
    return differences


def runs(differences: Sequence[Difference]) -> list[tuple[int, int, Difference]]:
    """Differences with neighbours of the same fault and words drawn together: first number, last number, what."""
    drawn: list[tuple[int, int, Difference]] = []
    for one in differences:
        if drawn and one.position == drawn[-1][1] + 1 and _alike(one, drawn[-1][2]):
            drawn[-1] = (drawn[-1][0], one.last, drawn[-1][2])
        else:
            drawn.append((one.position, one.last, one))
    return drawn


def _alike(one: Difference, other: Difference) -> bool:
    return (one.fault, one.against) == (other.fault, other.against)
