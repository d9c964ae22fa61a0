"""Verification: the chain of entries against signed heads, and every row under the ledger against its last digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection, transaction

from zhuanmai.core.errors import Refused
from zhuanmai.ledger.alignment import Difference, Found, align, runs
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.heads import LEAVES, Head, Record, exported, exported_heads, load, records
from zhuanmai.ledger.merkle import Accumulator, leaf_hash
from zhuanmai.ledger.models import Entry, LedgerPersonal, TreeHead
from zhuanmai.ledger.registry import tables
from zhuanmai.ledger.report import Fault, Problem, Report, entries_named
from zhuanmai.ledger.rows import Kept, check_table

ERASED = "ledger.erased"


@dataclass
class _Walk:
    """What the walk over the entries gathers for the checks that follow."""

    tree: Accumulator = field(default_factory=Accumulator)
    differences: list[Difference] = field(default_factory=list)
    next_seq: int = 0
    fits: bool = True
    matched: int = 0
    unmatched: int | None = None
    kept: dict[str, dict[str, Kept]] = field(default_factory=dict)
    covered: list[Problem] = field(default_factory=list)
    with_personal: dict[int, str] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)


def verify(
    head: Head | None = None, *, kept_leaves: Path | None = None, anchored: Mapping[int, Head] | None = None
) -> Report:
    """Verify the ledger against an exported head (without one: against the heads in the database only).

    `kept_leaves`: the file exported beside the head; with it an altered, missing, inserted or swapped entry is named
    even where leaves and tree were recomputed, and the other heads that lie beside it bind too. Entries newer than the
    head are counted as outside it. `anchored`: heads read from anchors, which bind before all others. Called outside a
    transaction it sees one moment, so officers may go on working. The first problem is the first in entries' order.
    """
    report = Report()
    beside = _beside(kept_leaves, report)
    known = _known(head, kept_leaves, report)
    with _one_moment():
        kept = {row.size: exported(row) for row in TreeHead.objects.all()}
        heads = {**kept, **beside, **({head.size: head} if head else {}), **(anchored or {})}
        walk = _walk(heads, known, report)
        entry_problems = _entry_problems(walk, known, head.size if head else None, report)
        if not entry_problems and walk.next_seq < max(heads, default=0):
            last = max(heads)
            where = entries_named(walk.next_seq, last - 1)
            entry_problems = [Problem(where, Fault.MISSING, f"树头 {last} 记有这些记录")]
        report.problems[:0] = entry_problems
        _check_heads(kept, beside, head, report)
        _check_anchored(kept, anchored or {}, report)
        _check_personal(walk, report)
        report.problems += walk.covered
        for label, table in tables().items():
            count, problems = check_table(label, table, walk.kept.get(label, {}))
            report.rows += count
            report.problems += problems
    return report


@contextmanager
def _one_moment() -> Iterator[None]:
    with transaction.atomic():
        if len(connection.atomic_blocks) == 1:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
        yield


def _beside(path: Path | None, report: Report) -> dict[int, Head]:
    """The heads exported beside a file of leaves. Read before the database is, so that each must be in it."""
    found = {}
    for each in exported_heads(path.parent) if path else []:
        try:
            head = load(each)
            found[head.size] = head
        except Refused:
            report.problems.append(Problem(f"树头文件 {each.name} ", Fault.ALTERED, "签名不符"))
    return found


def _known(head: Head | None, path: Path | None, report: Report) -> list[Record] | None:
    if head is None or path is None:
        return None
    try:
        return records(path, head)
    except Refused:
        report.problems.append(Problem(f"文件 {path.name} ", Fault.ALTERED, f"与树头 {head.size} 的根不符"))
        return None


def _walk(heads: dict[int, Head], known: list[Record] | None, report: Report) -> _Walk:
    walk = _Walk()
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=2000):
        leaf = bytes(entry.leaf)
        if entry.seq != walk.next_seq:
            walk.differences.append(Difference(walk.next_seq, Fault.MISSING, "编号不连续", until=entry.seq - 1))
        is_faithful = leaf_hash(canonical(entry.content())) == leaf
        if not is_faithful:
            walk.differences.append(Difference(entry.seq, Fault.ALTERED, "内容与其摘要不符"))
        if known is not None and entry.seq < len(known) and known[entry.seq] != (entry.id.bytes, leaf):
            if is_faithful and known[entry.seq][1] == leaf:  # the leaf is over the id, so the file is wrong about it
                known[entry.seq] = (entry.id.bytes, leaf)
                report.problems.append(Problem(f"文件 {LEAVES} ", Fault.ALTERED, f"第 {entry.seq} 条的编号不符"))
            else:
                walk.fits = False
        walk.next_seq = entry.seq + 1
        walk.tree.add(leaf)
        report.entries += 1
        _check_root(heads.get(walk.tree.size), walk)
        _remember(entry, walk)
    walk.fits = walk.fits and walk.next_seq == report.entries
    return walk


def _check_root(head: Head | None, walk: _Walk) -> None:
    if head is None or walk.unmatched is not None:
        return
    if walk.tree.root().hex() == head.root:
        walk.matched = head.size
    else:
        walk.unmatched = head.size


def _remember(entry: Entry, walk: _Walk) -> None:
    for label, digests in entry.rows.items():
        known = walk.kept.setdefault(label, {})
        for key, digest in digests.items():
            before, after = digest if isinstance(digest, list) else (None, digest)
            earlier = known.get(key)
            if before is not None and earlier is not None and earlier.digest != before:
                against = f"在第 {entry.seq} 条记录之前，与第 {earlier.seq} 条记录的摘要不符"
                walk.covered.append(Problem(f"{label} {key} ", Fault.ALTERED, against))
            known[key] = Kept(after, entry.seq)
    if entry.personal_digest:
        walk.with_personal[entry.seq] = entry.personal_digest
    if entry.kind == ERASED:
        walk.erased.update(entry.facts.get("entries", []))


def _entry_problems(walk: _Walk, known: list[Record] | None, size: int | None, report: Report) -> list[Problem]:
    """Name what is wrong with the entries, the first first; by the exported ids and leaves where there are any."""
    differences, newer = list(walk.differences), None
    if known is not None and (not walk.fits or report.entries < len(known)):
        found = Entry.objects.order_by("seq").values_list("seq", "id", "leaf").iterator(chunk_size=5000)
        aligned = align(known, [Found(seq, identity.bytes, bytes(leaf)) for seq, identity, leaf in found])
        told = {difference.position for difference in aligned.differences}
        beyond = [one for one in differences if one.position >= len(known) or one.fault is not Fault.MISSING]
        differences = aligned.differences + [one for one in beyond if one.position not in told]
        newer = aligned.newer
    if size is not None:
        report.outside = max(0, report.entries - size) if newer is None else newer
    differences.sort(key=lambda one: one.position)
    problems = [Problem(entries_named(first, last), one.fault, one.against) for first, last, one in runs(differences)]
    if walk.unmatched is not None and not any(one.position < walk.unmatched for one in differences):
        where = entries_named(walk.matched, walk.unmatched - 1)
        problems.append(Problem(f"{where}中有记录", Fault.ALTERED, f"与树头 {walk.unmatched} 的根不符"))
    return problems


def _check_heads(kept: dict[int, Head], beside: dict[int, Head], head: Head | None, report: Report) -> None:
    for size, one in sorted(kept.items()):
        if not one.is_genuine():
            report.problems.append(Problem(f"树头 {size} ", Fault.ALTERED, "签名不符"))
        elif not one.is_of_a_known_key():
            report.problems.append(Problem(f"树头 {size} ", Fault.INSERTED, "签名所用的密钥未公布"))
        elif size in beside and beside[size] != one:
            report.problems.append(Problem(f"树头 {size} ", Fault.ALTERED, "与导出的不同"))
    for size in sorted(beside.keys() - kept.keys()):
        report.problems.append(Problem(f"树头 {size} ", Fault.MISSING, "已导出，数据库中没有"))
    if head is not None and not head.is_of_a_known_key():
        report.problems.append(Problem(f"树头 {head.size} ", Fault.INSERTED, "签名所用的密钥未公布"))


def _check_anchored(kept: dict[int, Head], anchored: Mapping[int, Head], report: Report) -> None:
    for size, one in sorted(anchored.items()):
        if size not in kept:
            report.problems.append(Problem(f"树头 {size} ", Fault.MISSING, "已锚定，数据库中没有"))
        elif kept[size] != one:
            report.problems.append(Problem(f"树头 {size} ", Fault.ALTERED, "与锚定的不同"))


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
