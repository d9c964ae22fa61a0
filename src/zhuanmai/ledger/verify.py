"""Verification: the chain of entries against signed heads, and every row under the ledger against its last digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from zhuanmai.ledger.canonical import canonical, digest_of_row
from zhuanmai.ledger.heads import Head, exported
from zhuanmai.ledger.merkle import Accumulator, leaf_hash
from zhuanmai.ledger.models import Entry, LedgerPersonal, TreeHead
from zhuanmai.ledger.registry import Table, tables

ERASED = "ledger.erased"


class Fault(StrEnum):
    """What can be wrong with an entry or a row."""

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"

    @property
    def zh(self) -> str:
        """The fault in words."""
        return {"altered": "被改动", "missing": "缺失", "inserted": "被插入"}[self.value]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where (an entry's number, or table and key), the fault, and against what."""

    where: str
    fault: Fault
    against: str

    def __str__(self) -> str:
        return f"{self.where}{self.fault.zh}（{self.against}）"


@dataclass
class Report:
    """The outcome: entries, entries outside the head, erased personal parts, rows, and the problems."""

    entries: int = 0
    outside: int = 0
    erased: int = 0
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass
class _Walk:
    """What the walk over the entries gathers for the checks that follow."""

    last: dict[str, dict[str, tuple[str | None, int]]] = field(default_factory=dict)
    with_personal: dict[int, str] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)


def verify(head: Head | None = None, *, kept_leaves: Path | None = None) -> Report:
    """Verify the ledger against an exported head (without one: against the heads in the database only).

    `kept_leaves`: the leaves exported beside the head; with them an altered entry is named even where its leaf and the
    tree above it were recomputed. The first problem is the first in the order of entries.
    """
    report, walk = Report(), _Walk()
    known = _known_leaves(head, kept_leaves)
    roots = {row.size: exported(row) for row in TreeHead.objects.all()}
    for size, kept in roots.items():
        if not kept.is_genuine():
            report.problems.append(Problem(f"树头 {size} ", Fault.ALTERED, "签名不符"))
    if head is not None:
        roots[head.size] = head
    tree = Accumulator()
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=2000):
        _check_entry(entry, tree, known, report)
        tree.add(bytes(entry.leaf))
        _check_root(tree, roots, report)
        _remember(entry, walk)
        report.entries += 1
    if head is not None:
        report.outside = max(0, report.entries - head.size)
        if report.entries < head.size:
            report.problems.append(Problem(f"第 {report.entries} 条记录", Fault.MISSING, f"树头记有 {head.size} 条"))
    for size in sorted(size for size in roots if size > tree.size and (head is None or size != head.size)):
        report.problems.append(Problem(f"第 {tree.size} 条记录", Fault.MISSING, f"树头 {size} 记有更多记录"))
        break
    _check_personal(walk, report)
    for label, table in tables().items():
        report.rows += _check_table(label, table, walk.last.get(label, {}), report)
    return report


def _known_leaves(head: Head | None, path: Path | None) -> list[bytes]:
    """The exported leaves, if they lead to the head's root; otherwise none."""
    if head is None or path is None or not path.exists():
        return []
    content = path.read_bytes()[: head.size * 32]
    leaves = [content[start : start + 32] for start in range(0, len(content), 32)]
    tree = Accumulator()
    for leaf in leaves:
        tree.add(leaf)
    return leaves if len(leaves) == head.size and tree.root().hex() == head.root else []


def _check_entry(entry: Entry, tree: Accumulator, known: list[bytes], report: Report) -> None:
    expected = report.entries
    gap = sum(problem.fault is Fault.MISSING for problem in report.problems)
    if entry.seq != expected + gap and not any(p.fault is Fault.MISSING for p in report.problems):
        fault = Fault.MISSING if entry.seq > expected else Fault.INSERTED
        report.problems.append(Problem(f"第 {expected} 条记录", fault, "编号不连续"))
    if leaf_hash(canonical(entry.content())) != bytes(entry.leaf):
        report.problems.append(Problem(f"第 {entry.seq} 条记录", Fault.ALTERED, "内容与其摘要不符"))
    elif tree.size < len(known) and known[tree.size] != bytes(entry.leaf):
        report.problems.append(Problem(f"第 {entry.seq} 条记录", Fault.ALTERED, "与导出的摘要不符"))


def _check_root(tree: Accumulator, roots: dict[int, Head], report: Report) -> None:
    head = roots.get(tree.size)
    if head and not report.problems and tree.root().hex() != head.root:
        report.problems.append(
            Problem(f"第 {tree.size - 1} 条及以前的记录", Fault.ALTERED, f"与树头 {tree.size} 的根不符")
        )


def _remember(entry: Entry, walk: _Walk) -> None:
    for label, digests in entry.rows.items():
        known = walk.last.setdefault(label, {})
        for key, digest in digests.items():
            known[key] = (digest, entry.seq)
    if entry.personal_digest:
        walk.with_personal[entry.seq] = entry.personal_digest
    if entry.kind == ERASED:
        walk.erased.update(entry.facts.get("entries", []))


def _check_personal(walk: _Walk, report: Report) -> None:
    waiting = dict(walk.with_personal)
    for row in LedgerPersonal.objects.order_by("entry_id").iterator(chunk_size=2000):
        digest = waiting.pop(row.entry_id, None)
        where = f"第 {row.entry_id} 条记录的个人信息"
        if digest is None:
            report.problems.append(Problem(where, Fault.INSERTED, "该条记录没有个人信息"))
        elif hashlib.sha256(bytes(row.salt) + canonical(row.part)).hexdigest() != digest:
            report.problems.append(Problem(where, Fault.ALTERED, "与记录中的摘要不符"))
    for seq in sorted(waiting):
        if seq in walk.erased:
            report.erased += 1
        else:
            report.problems.append(Problem(f"第 {seq} 条记录的个人信息", Fault.MISSING, "没有按期清除的记录"))


def _check_table(label: str, table: Table, last: dict[str, tuple[str | None, int]], report: Report) -> int:
    waiting = {key: seq for key, (digest, seq) in last.items() if digest is not None}
    count = 0
    for key, digest in _digests(table):
        count += 1
        expected = last.get(key)
        waiting.pop(key, None)
        if expected is None or expected[0] is None:
            against = "没有任何记录提到它" if expected is None else f"第 {expected[1]} 条记录已将其删除"
            report.problems.append(Problem(f"{label} {key} ", Fault.INSERTED, against))
        elif expected[0] != digest:
            report.problems.append(Problem(f"{label} {key} ", Fault.ALTERED, f"与第 {expected[1]} 条记录的摘要不符"))
    for key, seq in waiting.items():
        report.problems.append(Problem(f"{label} {key} ", Fault.MISSING, f"第 {seq} 条记录后应存在"))
    return count


def _digests(table: Table) -> Iterator[tuple[str, str]]:
    for row in table.model._base_manager.order_by("pk").iterator(chunk_size=2000):
        yield str(row.pk), digest_of_row(row, table.excluded)
