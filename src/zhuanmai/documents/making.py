"""A set of papers is made: facts read once under the subject's lock, each paper in a transaction of its own.

What was sent and waits is taken in first. A paper that fails holds up no other: it leaves nothing behind, and the
set's outcome says why. Where more than a few are to be rendered a job does it, so that nobody waits for it; what it has
made so far is seen at once. Asked for again, only what the facts changed is made anew.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer
from zhuanmai.core import work
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.core.jobs import name_steps
from zhuanmai.core.models import Work
from zhuanmai.core.moves import Permitted
from zhuanmai.documents import catalogue, fields, services
from zhuanmai.documents.facts import Facts
from zhuanmai.documents.fields import MissingField
from zhuanmai.documents.models import Document, DocumentState, Making, Version
from zhuanmai.documents.outcomes import Became, Outcome
from zhuanmai.documents.papers import Kind
from zhuanmai.documents.plan import Wanted
from zhuanmai.documents.planning import SETTLED, is_settled, lacking
from zhuanmai.documents.queries import current, documents_of, newest_making
from zhuanmai.documents.rendering import is_same_paper, require_complete
from zhuanmai.documents.subjects import Subject, subject_of
from zhuanmai.documents.typesetting import template_version
from zhuanmai.ledger.services import append

TASK = "documents.make"
IN_REQUEST = 4  # papers that are rendered within a request: 50 to 75 ms each (docs/performance.md), 300 ms at most
MOST_ROUNDS = 3  # goes at a set whose facts change while it is made; what changes later is outdated, and says so
_BROKEN = "生成时出错，未作任何改动，其他文书不受影响；请重试，仍不行请联系管理员（服务日志中有原因）。"
_STOPPED = "生成文书中断，已生成的保留；请重新点“生成文书”，仍不行请联系管理员（服务日志中有原因）。"
_log = logging.getLogger(__name__)
name_steps(TASK, {"papers": _("Making papers")})


def ask(permitted: Permitted, *, kind: str) -> Making:
    """Make every paper of the plan that lacks nothing: now where few are to be rendered, else by a job.

    `permitted`: that the officer may have them made for the row, as the room's table answered (`Workflow.permit`).
    Returns the set as it is now: the one that is being made already, where there is one.
    """
    subject, actor, subject_id = subject_of(kind), permitted.actor, permitted.row.pk
    papers = _Set.taken_in(subject, subject_id, actor)
    by_job = papers.count_of_changed() > IN_REQUEST
    about = f"{kind}:{subject_id}"
    try:
        with transaction.atomic():
            making = Making(subject_kind=kind, subject_id=subject_id)
            arguments = {"making_id": str(making.pk)} if by_job else {}
            begin = work.ask if by_job else work.alone
            making.work = begin(TASK, about=about, asked_by_id=actor.pk, **arguments)
            making.save(force_insert=True)
            if by_job:
                subject.told(subject.lock(subject_id))
    except Conflict:
        under_way = newest_making(kind, subject_id)
        if under_way is None:
            raise
        return under_way
    return making if by_job else _made(making, papers)


def run(*, making_id: uuid.UUID) -> Making:
    """Make a set that was asked for, anew if it was killed; what it had made by then stays. Raises work.Overtaken."""
    making = Making.objects.get(pk=making_id)
    if not making.is_open or making.asked_by_id is None:
        return making
    actor = Officer.objects.select_related("unit").get(pk=making.asked_by_id)
    subject = subject_of(making.subject_kind)
    return _made(making, _Set.taken_in(subject, making.subject_id, actor))


def _made(making: Making, papers: _Set) -> Making:
    turn = work.begin(making.work)
    if turn is None:
        return making
    try:
        return _finished(making, turn, papers)
    except work.Overtaken:
        raise
    except Exception:
        with transaction.atomic():
            turn.end(Work.State.FAILED, _STOPPED)
            papers.subject.told(papers.subject.lock(papers.subject_id))
        raise


def _finished(making: Making, turn: work.Turn, papers: _Set) -> Making:
    found: dict[tuple[str, str], Outcome] = {}
    for again in range(MOST_ROUNDS + 1):
        made, total = set[tuple[str, str]](), len(list(papers.wanted()))
        for outcome in papers.make():
            key = outcome.code, outcome.key
            made.add(key)
            stands = outcome.became is Became.UNCHANGED and key in found and found[key].is_done
            found[key] = found[key] if stands else outcome
            turn.tell("papers", len(made), total)
        found = {key: outcome for key, outcome in found.items() if key in made}
        with transaction.atomic():
            row = papers.subject.lock(papers.subject_id)
            if again < MOST_ROUNDS and papers.is_overtaken(row):
                continue
            making.outcomes = [asdict(one) for one in found.values()]
            making.save(update_fields=["outcomes"])
            turn.end(Work.State.DONE)
            papers.subject.finished(row, papers.actor, list(found.values()))
            break
    return making


@work.when_given_up(TASK)
def _given_up(row: Work) -> None:
    making = Making.objects.filter(work=row).first()
    if making is None:
        return
    subject = subject_of(making.subject_kind)
    subject.told(subject.lock(making.subject_id))
    append(
        "documents.not_made",
        actor_id=making.asked_by_id,
        object_kind=making.subject_kind,
        object_id=making.subject_id,
        case_id=making.subject_id,
        facts={"name": "整套文书", "reason": row.error},
    )


@dataclass
class _Set:
    """The papers of one subject, as they are made: what was read under the lock, and holds while `mark` is the same.

    `known`: the mark up to which papers were compared with the facts; one that fails leaves it as it was. `is_older`:
    facts changed on the way, so that papers before were compared with older ones.
    """

    subject: Subject
    subject_id: uuid.UUID
    actor: Officer
    reading: Any = None
    mark: object = None
    known: object = None
    is_older: bool = False
    shared: Any = None
    documents: list[Document] = field(default_factory=list)
    correcting: str = ""

    @classmethod
    def taken_in(cls, subject: Subject, subject_id: uuid.UUID, actor: Officer) -> _Set:
        """The set as it is once everything that waits was taken in, read under the lock."""
        made = cls(subject, subject_id, actor)
        with transaction.atomic():
            row = subject.lock(subject_id)
            subject.take_in(row, actor)
            made._read(row)
        return made

    def wanted(self) -> Iterator[Wanted]:
        """The papers of the plan, those first whose numbers others print."""
        found = list(self.subject.plan.wanted(self.reading))
        yield from (one for one in found if one.first)
        yield from (one for one in found if not one.first)

    def count_of_changed(self) -> int:
        """How many papers are to be rendered, as far as it can be told before."""
        papers = (self._paper(one) for one in self.wanted())
        return sum(
            not self._lacking(*paper) and self._is_changed(*paper) and not self._stays(paper[2]) for paper in papers
        )

    def make(self) -> Iterator[Outcome]:
        """Make one paper after the other, and say what became of each."""
        done: set[tuple[str, str]] = set()
        while one := next((one for one in self.wanted() if (one.code, one.key) not in done), None):
            done.add((one.code, one.key))
            yield self._one(one)

    def is_overtaken(self, row: Any) -> bool:
        """Whether a fact has changed since the papers were last compared with the facts; they are read again, then."""
        if self.subject.mark(row) == self.known and not self.is_older:
            return False
        self.is_older = False
        self.subject.take_in(row, self.actor)
        self._read(row)
        return True

    def _one(self, one: Wanted) -> Outcome:
        kind, facts, document = self._paper(one)
        is_sealed = document is not None and document.state == DocumentState.SEALED
        name = self.subject.name(facts, one.code, one.key)
        outcome = Outcome(one.code, one.key, name, Became.UNCHANGED, is_sealed=is_sealed)
        if missing := self._lacking(kind, facts, document):
            return _incomplete(outcome, kind, missing)
        if not self._is_changed(kind, facts, document):
            return outcome
        if self._stays(document):
            return replace(outcome, became=Became.SETTLED, why=SETTLED.format(name=name))
        known = self.known
        try:
            with transaction.atomic():
                version, mark = self._written(one)
        except (OperationalError, InterfaceError):
            raise
        except Refused as refusal:
            self.known = known
            return self._failed(replace(outcome, became=Became.FAILED, why=refusal.detail, field=refusal.field))
        except Exception:
            self.known = known
            _log.exception("paper %s of %s %s was not made", one.code, self.subject.kind, self.subject_id)
            return self._failed(replace(outcome, became=Became.FAILED, why=_BROKEN))
        self.mark = self.known = mark
        self._made(version.document, others_print_it=one.first)
        return replace(outcome, became=Became.CORRECTED if version.number > 1 and version.reason else Became.MADE)

    def _written(self, one: Wanted) -> tuple[Version, object]:
        """One paper, under the lock; facts that changed meanwhile are read again."""
        row = self.subject.lock(self.subject_id)
        self.is_older = self.is_older or self.subject.mark(row) != self.known
        if self.mark is None or self.subject.mark(row) != self.mark:
            self.subject.take_in(row, self.actor)
            self._read(row)
        _kind, facts, document = self._paper(one)
        self.subject.told(row)
        mark = self.subject.mark(row)
        if document is not None and document.state == DocumentState.SEALED:
            return services.correct(
                actor=self.actor, document_id=document.pk, facts=facts, reason=self.correcting
            ), mark  # fmt: skip
        document = document or Document(
            subject_kind=self.subject.kind,
            subject_id=self.subject_id,
            unit=self.subject.unit(self.reading),
            kind=one.code,
            key=one.key,
        )
        version = services.write(actor=self.actor, document=document, facts=facts, dated_on=facts.document.dated_on)
        return version, mark

    def _failed(self, outcome: Outcome) -> Outcome:
        """Note on the ledger what failed; the paper's own transaction is undone, and so what it read is not trusted."""
        self.mark = None
        with transaction.atomic():
            append(
                "documents.not_made",
                actor_id=self.actor.pk,
                object_kind=self.subject.kind,
                object_id=self.subject_id,
                case_id=self.subject_id,
                facts={"name": outcome.name, "reason": outcome.why},
            )
        return outcome

    def _read(self, row: Any) -> None:
        self.mark = self.known = self.subject.mark(row)
        self.correcting = self.subject.correcting(row)
        self.reading = self.subject.read(row)
        self.documents = documents_of(self.subject.kind, self.subject_id)
        self.shared = self.subject.facts(self.reading, self.documents)

    def _made(self, document: Document, *, others_print_it: bool) -> None:
        """A paper is there now; what others print of it is taken from it."""
        self.documents = [one for one in self.documents if one.pk != document.pk] + [document]
        if others_print_it:
            self.shared = self.subject.facts(self.reading, self.documents)

    def _paper(self, one: Wanted) -> tuple[Kind, Facts, Document | None]:
        """The kind of a paper, its facts, and its document where there is one."""
        found = {(document.kind, document.key): document for document in self.documents}
        facts = self.subject.own_facts(self.reading, self.shared, one.code, one.key, self.documents)
        return catalogue.kind(one.code), facts, found.get((one.code, one.key))

    def _lacking(self, kind: Kind, facts: Facts, document: Document | None) -> Sequence[MissingField]:
        """What keeps a paper from being made; one that is sealed and stands lacks nothing any more."""
        if document is not None and document.state == DocumentState.SEALED and not self.correcting:
            return ()
        return lacking(kind, facts, document)

    def _stays(self, document: Document | None) -> bool:
        """Whether all approvers of a paper have spoken, so that it changes by correction only, as a sealed one."""
        return document is not None and not self.correcting and is_settled(document)

    def _is_changed(self, kind: Kind, facts: Facts, document: Document | None) -> bool:
        """Whether a paper is to be rendered: there is none, or it would say something else now."""
        if document is None:
            return True
        version = current(document)
        before = kind.papers.facts.from_json(version.facts)
        if document.state == DocumentState.SEALED:
            return bool(self.correcting) and fields.body(kind.code, facts) != fields.body(kind.code, before)
        if version.template_version != template_version(kind.code):
            return True
        return not is_same_paper(kind.code, facts, before, number=document.number or None)


def _incomplete(outcome: Outcome, kind: Kind, missing: Sequence[MissingField]) -> Outcome:
    try:
        require_complete(kind.name, missing, "生成")
    except Refused as refusal:
        return replace(outcome, became=Became.INCOMPLETE, why=refusal.detail, field=refusal.field)
    return outcome
