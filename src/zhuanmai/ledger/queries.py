"""What can be asked of the ledger: the history of a case or an object as a timeline, lists with filters, proofs."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet

from zhuanmai.core.errors import Conflict, NotFound
from zhuanmai.ledger.heads import exported, leaves
from zhuanmai.ledger.merkle import inclusion_proof, root
from zhuanmai.ledger.models import Entry, TreeHead
from zhuanmai.ledger.registry import kind_of, kinds, said


@dataclass(frozen=True)
class TimelineLine:
    """One act in a timeline: number, when (UTC), who (id, None for the system), kind, and its sentence in
    the reader's language."""

    seq: int
    at: dt.datetime
    actor_id: uuid.UUID | None
    kind: str
    sentence: str
    object_kind: str
    object_id: uuid.UUID
    case_id: uuid.UUID | None
    facts: dict[str, Any]


_FACT = re.compile(r"\{[^}]*\}")
_COUNT = re.compile(r"([A-Za-z]+) (\d+)")
_COUNTS = re.compile(r"[A-Za-z]+ \d+(，[A-Za-z]+ \d+)*")  # how many rows of which tables: Product 329，Barcode 385


class _Masked(dict[str, str]):
    """Facts for a sentence; one that is not to be shown is printed as ＊＊, one that retention erased says so."""

    erased = False

    def __missing__(self, key: str) -> str:
        return said("（个人信息已按期清除）") if self.erased else "＊＊"


def timeline(
    *, case_id: uuid.UUID | None = None, object_id: uuid.UUID | None = None, personal: bool = False, limit: int = 500
) -> list[TimelineLine]:
    """The newest acts on a case or an object, newest first; personal parts only where the caller may show them."""
    query = Entry.objects.order_by("-seq")
    if case_id is not None:
        query = query.filter(Q(case_id=case_id) | Q(object_id=case_id))
    if object_id is not None:
        query = query.filter(object_id=object_id)
    if personal:
        query = query.select_related("personal")
    return [line_of(entry, personal=personal) for entry in query[:limit]]


def entries(
    *,
    kind: str = "",
    actor_id: uuid.UUID | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    object_ids: Collection[uuid.UUID] | None = None,
) -> QuerySet[Entry]:
    """Entries by kind, actor and time, newest first; `object_ids` narrows to objects or cases."""
    query: QuerySet[Entry] = Entry.objects.order_by("-seq")
    if kind:
        query = query.filter(kind=kind)
    if actor_id is not None:
        query = query.filter(actor_id=actor_id)
    if since is not None:
        query = query.filter(at__gte=since)
    if until is not None:
        query = query.filter(at__lt=until)
    if object_ids is not None:
        query = query.filter(Q(object_id__in=object_ids) | Q(case_id__in=object_ids))
    return query


def line_of(entry: Entry, *, personal: bool = False) -> TimelineLine:
    """An entry as a line of a timeline."""
    facts = dict(entry.facts)
    has_part = personal and hasattr(entry, "personal")
    if has_part:
        facts |= entry.personal.part
    try:
        kind = kind_of(entry.kind)
        # A fact that the act did not give is "none"; only what the kind calls personal is masked.
        shown = _Masked({name: _words(facts.get(name)) for name in (*kind.fields, *facts)})
        shown.erased = personal and bool(entry.personal_digest) and not has_part
        sentence = said(kind.sentence).format_map(shown)
    except LookupError:
        sentence = entry.kind
    return TimelineLine(
        entry.seq,
        entry.at,
        entry.actor_id,
        entry.kind,
        sentence,
        entry.object_kind,
        entry.object_id,
        entry.case_id,
        facts,
    )


def entered_since(
    kind: str,
    since: dt.datetime,
    *,
    actor_id: uuid.UUID,
    object_id: uuid.UUID,
    facts: dict[str, Any],
    personal: dict[str, Any] | None = None,
) -> bool:
    """Whether an officer's entry of that kind on that object, with these facts (and this of its personal part, as long
    as that is kept), was made since a moment."""
    found = Entry.objects.filter(kind=kind, actor_id=actor_id, object_id=object_id, at__gte=since)
    found = found.filter(personal__part__contains=personal) if personal else found
    return found.filter(facts__contains=facts).exists()


def kind_choices() -> list[tuple[str, str]]:
    """All kinds with their sentence, its facts left open, for a filter."""
    return [(kind.name, _FACT.sub("…", said(kind.sentence))) for kind in kinds()]


def prove(seq: int) -> dict[str, Any]:
    """The inclusion proof of one entry under the newest sealed head, as JSON (docs/ledger-check.py checks it).

    Raises NotFound (no_entry), Conflict: not_sealed for an entry newer than the head, ledger_broken where the entries
    do not lead to the head's root.
    """
    entry = Entry.objects.filter(pk=seq).first()
    if entry is None:
        raise NotFound("no_entry", f"没有第 {seq} 条记录；请核对编号。")
    row = TreeHead.objects.order_by("-size").first()
    if row is None or row.size <= seq:
        raise Conflict("not_sealed", f"第 {seq} 条记录尚未封签；请等两分钟，或运行 zhuanmai ledger seal。")
    head, all_leaves = exported(row), list(leaves(row.size))
    if root(all_leaves).hex() != head.root:
        raise Conflict("ledger_broken", f"留痕与树头 {head.size} 不符；请运行 zhuanmai ledger verify。")
    return {
        "seq": seq,
        "content": entry.content(),
        "leaf": bytes(entry.leaf).hex(),
        "path": [node.hex() for node in inclusion_proof(all_leaves, seq)],
        "size": head.size,
        "root": head.root,
        "head": asdict(head),
    }


def _words(value: Any) -> str:
    """A fact as a sentence prints it."""
    match value:
        case None:
            return said("无")
        case bool():
            return said("是" if value else "否")
        case dict():
            return said("、").join(f"{said(name)} {_words(inner)}" for name, inner in value.items())
        case list():
            return said("、").join(_words(inner) for inner in value)
        case str() if _COUNTS.fullmatch(value):
            return said("，").join(f"{said(name)} {count}" for name, count in _COUNT.findall(value))
        case str():
            return said(value)
        case _:
            return str(value)
