"""What can be asked: messages by partner, state, kind, subject; counts; reconciliations. Scoped to who asks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may, require
from zhuanmai.core.errors import NotFound
from zhuanmai.core.headings import Heading
from zhuanmai.exchange.kinds import detail_of, kind_words, kinds
from zhuanmai.exchange.models import Message, Reconciliation
from zhuanmai.exchange.partners import Partner, registry
from zhuanmai.exchange.reconciliation import require_whole
from zhuanmai.exchange.subjects import headings, reached_by, reaches_all, seen_by

LATEST_RECONCILIATIONS = 20


@dataclass(frozen=True)
class Filters:
    """Filters of the list, as they stand in the address; `kind` is the code of a kind, of whichever partner."""

    state: str = ""
    partner: str = ""
    kind: str = ""
    subject_kind: str = ""
    subject_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Line:
    """A message as pages show it: partner and kind in words, its subject, whether the officer may send it again now."""

    row: Message
    partner: str
    kind: str
    detail: str
    subject: Heading
    may_retry: bool


@dataclass(frozen=True)
class Standing:
    """A partner and its latest reconciliation, none where there was none."""

    partner: Partner
    latest: Reconciliation | None


def messages(*, officer: Officer, filters: Filters = Filters()) -> QuerySet[Message]:
    """The messages that the officer sees, newest first, narrowed by the filters."""
    require(officer, "exchange.see")
    found = Message.objects.filter(seen_by(officer)).order_by("-created_at")
    if filters.state in Message.State.values:
        found = found.filter(state=filters.state)
    named = {name: value for name, value in vars(filters).items() if name != "state" and value}
    return found.filter(**named)


def message(*, officer: Officer, message_id: uuid.UUID) -> Line:
    """One message. Raises NotFound (no_message) where there is none or the officer does not see it."""
    found = messages(officer=officer).filter(pk=message_id).first()
    if found is None:
        raise NotFound("no_message", "没有这封报文，或不在您的管辖范围内；请回到列表刷新。")
    return lines(officer, [found])[0]


def lines(officer: Officer, rows: Iterable[Message]) -> list[Line]:
    """Messages as pages show them: two queries for each kind of subject, and one for what may be sent again."""
    kept = list(rows)
    subjects = headings(officer, {(row.subject_kind, row.subject_id) for row in kept})
    dead = [row.pk for row in kept if row.state == Message.State.DEAD]
    again: set[uuid.UUID] = set()
    if dead and may(officer, "exchange.retry"):
        within = Message.objects.filter(reached_by(officer, "exchange.retry"), pk__in=dead)
        again = set(within.values_list("pk", flat=True))
    return [
        Line(
            row, registry.words(row.partner), kind_words(row.partner, row.kind),
            detail_of(row.partner, row.kind, row.body), subjects[row.subject_kind, row.subject_id], row.pk in again,
        )
        for row in kept
    ]  # fmt: skip


def counts(*, officer: Officer) -> dict[str, int]:
    """How many messages that the officer sees stand in each state."""
    found = messages(officer=officer).order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(Message.State.values, 0) | dict(found)


def kinds_of(partner: str = "") -> list[tuple[str, str]]:
    """Code and words of each registered kind (of a partner, where one is given), for a filter."""
    found = {kind.code: str(kind.label) for kind in kinds() if partner in ("", kind.partner)}
    return sorted(found.items(), key=lambda pair: pair[1])


def may_reconcile(officer: Officer) -> bool:
    """Whether the officer may have a partner reconciled."""
    return reaches_all(officer, "exchange.reconcile")


def sees_reconciliations(officer: Officer) -> bool:
    """Whether the officer sees what came of reconciliations: they name messages of every unit."""
    return reaches_all(officer, "exchange.see")


def standings(*, officer: Officer) -> list[Standing]:
    """Every partner with its latest reconciliation."""
    require_whole(officer, "exchange.see")
    latest = Reconciliation.objects.order_by("partner", "-created_at").distinct("partner")
    by_partner = {row.partner: row for row in latest}
    return [Standing(partner, by_partner.get(partner.code)) for partner in registry.partners()]


def reconciliations(*, officer: Officer, partner: str = "") -> list[Reconciliation]:
    """The latest reconciliations, newest first, of a partner where one is given."""
    require_whole(officer, "exchange.see")
    found = Reconciliation.objects.order_by("-created_at")
    return list((found.filter(partner=partner) if partner else found)[:LATEST_RECONCILIATIONS])


def reconciliation(*, officer: Officer, reconciliation_id: uuid.UUID) -> Reconciliation:
    """One reconciliation. Raises NotFound (no_reconciliation)."""
    require_whole(officer, "exchange.see")
    found = Reconciliation.objects.filter(pk=reconciliation_id).first()
    if found is None:
        raise NotFound("no_reconciliation", "没有这次对账；请回到对账列表。")
    return found


def by_keys(*, officer: Officer, keys: Sequence[str]) -> list[Line]:
    """The messages with these keys, in their order."""
    found = {str(row.pk): row for row in messages(officer=officer).filter(pk__in=keys)}
    return lines(officer, [found[key] for key in keys if key in found])
