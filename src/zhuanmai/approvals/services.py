"""What can be done: ask for the opinions of a matter, give one with one's own key, record an oral approval."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Collection
from typing import Any

from django.db import transaction
from django.db.models import Model

from zhuanmai.accounts import signing as keys
from zhuanmai.accounts.models import Officer, Signing, Unit
from zhuanmai.accounts.signing import Purpose
from zhuanmai.approvals.models import Approval, OralApproval
from zhuanmai.approvals.permissions import deciders, require_decider
from zhuanmai.approvals.queries import oral_of
from zhuanmai.approvals.subjects import Matter, matter_of, step_of, subject_of
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, NotFound, Refused
from zhuanmai.ledger.services import append, as_found

_AGREE, _REFUSE, _MOST_WORDS, _STOPS = "同意", "不同意", 280, "，。！、；：,.!;: "
_AGAINST = re.compile(r"不\s*同\s*意|不\s*予\s*同\s*意|反\s*对|驳\s*回")  # what no agreement says, spaced or not
_FOR = re.compile(rf"^(不\s*同\s*意)?[{_STOPS}]*同\s*意")  # what no refusal begins with, nor goes on with at once
CHANGED = "文书内容已改，请重新呈报"
State = Approval.State


def ask(
    *, officer: Officer, kind: str, subject_id: uuid.UUID, unit: Unit, purpose: str, corrected: bool = False
) -> list[Model]:
    """Ask for the opinions of a matter in their order, under the subject's lock; returns the rows that changed.

    A round after an earlier one voids what approvers signed before. What was agreed to stays so: only papers that were
    `corrected` are asked about again. Raises Refused: asked_already (it still waits), approved_already, no_holder (the
    steps cannot be given by as many different people who did not work on the subject).
    """
    subject = subject_of(kind)
    matter, known = subject.matters[purpose], Approval.objects.filter(subject_kind=kind, subject_id=subject_id)
    if known.filter(purpose=purpose, state__in=[State.WAITING, State.UPCOMING]).exists():
        raise Refused("asked_already", "已经呈报，正在审批中；可在审批进度查看。")
    last = known.filter(purpose=purpose).order_by("-round").first()
    newest = {one.state for one in known.filter(purpose=purpose, round=last.round)} if last else set()
    if newest == {State.APPROVED} and not corrected:
        detail = f"“{matter.zh}”已经批准，不能重复呈报；确需改动的，请先更正并写明理由，再呈报更正。"
        raise Refused("approved_already", detail)
    _require_deciders(kind, subject_id, matter, unit)
    made = [
        Approval.objects.create(
            subject_kind=kind, subject_id=subject_id, unit=unit, purpose=purpose, asked_by=officer,
            round=last.round + 1 if last else 1, position=position, step=step.role,
            state=State.WAITING if position == 1 else State.UPCOMING,
        )
        for position, step in enumerate(matter.steps, 1)
    ]  # fmt: skip
    return [*made, *(subject.new_round(made[0]) if last else [])]


def _require_deciders(kind: str, subject_id: uuid.UUID, matter: Matter, unit: Unit) -> None:
    """Each step needs somebody, each somebody else, none of whom worked on the subject."""
    held = [deciders(kind, subject_id, step, unit) for step in matter.steps]
    people = [{one for one, posts in people.items() if posts} for people in held]
    for place, step in enumerate(matter.steps):
        if not people[place]:
            whose = "都是本案承办人，不能审批本案" if held[place] else "无人在岗"
            detail = f"{unit.name}的{step.zh}意见：有权签署的人{whose}；请安全管理员授予岗位，或由负责人委托他人。"
            raise Refused("no_holder", detail)
    if not _are_distinct(people, frozenset()):
        words = "、".join(step.zh for step in matter.steps)
        detail = f"{unit.name}的{words}意见须由不同的人签署，现有人员不够；请安全管理员授予岗位，或由负责人委托他人。"
        raise Refused("no_holder", detail)


def _are_distinct(people: list[set[uuid.UUID]], taken: frozenset[uuid.UUID]) -> bool:
    """Whether each step can have a person of its own."""
    if not people:
        return True
    return any(_are_distinct(people[1:], taken | {one}) for one in people[0] - taken)


def begin(*, officer: Officer, approval_id: uuid.UUID, agreed: bool, words: str) -> dict[str, Any]:
    """The challenge for an opinion: one touch signs it on everything that it is about. Returns what `keys.begin` does.

    Raises NotFound, NotAllowed, Conflict (decided_already), Refused (words_missing, words_contradict,
    document_not_made).
    """
    row = _found(officer, approval_id)
    require_decider(officer, row)
    _require_waiting(row)
    items = subject_of(row.subject_kind).items(row, _opinion(agreed, words))
    if not items:
        raise Refused("document_not_made", "承办人还没有生成相应文书；请承办人先在“文书”一步生成。")
    return keys.begin(officer=officer, items=items, purpose=_purpose(row, agreed))


def finish(
    *, officer: Officer, approval_id: uuid.UUID, signing_id: uuid.UUID, credential: dict[str, Any], agreed: bool
) -> Approval:
    """Verify the touch, which must have been asked for this decision; keep it, sign the papers, do what follows.

    Raises what `begin` does, what `keys.finish` does, Refused (body_changed: the papers are no longer those that were
    shown). The same request of the same officer again answers with the decision and does nothing.
    """
    row = _found(officer, approval_id)
    subject = subject_of(row.subject_kind)
    with transaction.atomic():
        subject.lock(row.subject_id)
        row = Approval.objects.select_for_update(of=("self",)).select_related("unit").get(pk=approval_id)
        if row.signing_id != signing_id:
            holder = require_decider(officer, row)
            _require_waiting(row)
        as_found(row)
        done = keys.finish(officer=officer, signing_id=signing_id, credential=credential, purpose=_purpose(row, agreed))
        if done.is_repeated:
            return row
        row.on_behalf_of_id = holder if holder != officer.pk else None
        _keep(row, done.signing, agreed)
        oral = _made_up(row)
        rows = [row, *([oral] if oral else []), *_next(row, agreed), *subject.decided(row, done.signing, oral)]
        _note(row, done.signing, agreed, rows)
        return row


def _keep(row: Approval, signing: Signing, agreed: bool) -> None:
    """The decision as it was signed; what was signed must be what is there now."""
    items = signing.manifest["items"]
    opinion = str(items[0]["opinion"])
    now_there = [vars(item) for item in subject_of(row.subject_kind).items(row, opinion)]
    if items != now_there:
        raise Refused("body_changed", "呈批的文书刚有变动，本次意见未生效；请核对后重新办理。")
    row.officer, row.opinion, row.decided_at, row.signing = signing.officer, opinion, signing.at, signing
    against = State.REFUSED if row.step == matter_of(row).steps[-1].role else State.RETURNED
    row.state = State.APPROVED if agreed else against
    row.save()


def _made_up(row: Approval) -> OralApproval | None:
    """The oral approval that the last step's agreement makes up in writing."""
    oral = oral_of(row.subject_kind, row.subject_id, row.purpose)
    is_last = row.step == matter_of(row).steps[-1].role
    if oral is None or oral.made_up_at or row.state != State.APPROVED or not is_last:
        return None
    as_found(oral).made_up_at = now()
    oral.save(update_fields=["made_up_at"])
    return oral


def _next(row: Approval, agreed: bool) -> list[Approval]:
    others = list(
        Approval.objects.select_for_update().filter(
            subject_kind=row.subject_kind, subject_id=row.subject_id, purpose=row.purpose, round=row.round,
            state=State.UPCOMING,
        ).order_by("pk")  # made in the order of their positions
    )  # fmt: skip
    for place, one in enumerate(others):
        as_found(one).state = State.VOID if not agreed else State.WAITING if place == 0 else one.state
        one.save(update_fields=["state"])
    return others


def _note(row: Approval, signing: Signing, agreed: bool, rows: list[Model]) -> None:
    facts = {
        "step": step_of(row).zh, "purpose": matter_of(row).zh, "round": row.round, "opinion": row.opinion,
        "approved": agreed, "on_behalf_of": str(row.on_behalf_of_id or ""),
    }  # fmt: skip
    append(
        "approvals.decided", actor_id=signing.officer_id, key_id=signing.key_id, object_kind=row.subject_kind,
        object_id=row.subject_id, case_id=row.subject_id, facts=facts, rows=rows,
    )  # fmt: skip


def end_rounds(signing_ids: Collection[uuid.UUID], actor_id: uuid.UUID | None) -> list[Model]:
    """A paper says something else now: a round in which somebody has decided on it is over, and must be asked anew.

    A round of which nobody has spoken goes on, with the new paper. Under the subject's lock; one entry for each round.
    """
    rows: list[Model] = []
    for row in Approval.objects.filter(signing__in=signing_ids, state__in=[State.APPROVED, State.REFUSED]):
        found = Approval.objects.select_for_update().filter(
            subject_kind=row.subject_kind, subject_id=row.subject_id, purpose=row.purpose, round=row.round,
        )  # fmt: skip
        ended = [as_found(one) for one in found]
        if any(one.state in (State.RETURNED, State.VOID) for one in ended):
            continue  # it was over before, or is ended here already
        for one in ended:
            one.state, one.void_reason = State.VOID, CHANGED
            one.save(update_fields=["state", "void_reason"])
        append(
            "approvals.ended", actor_id=actor_id, object_kind=row.subject_kind, object_id=row.subject_id,
            case_id=row.subject_id, facts={"purpose": matter_of(row).zh, "round": row.round, "reason": CHANGED},
            rows=ended,
        )  # fmt: skip
        rows += ended
    return rows


def record_oral(
    *, kind: str, subject_id: uuid.UUID, unit: Unit, purpose: str, by: Officer, at: dt.datetime, reason: str,
    recorded_by: uuid.UUID, note: Callable[[OralApproval], OralApproval] = as_found,
) -> OralApproval:  # fmt: skip
    """Record that the head of a matter's last step approved orally (口头批准); the caller's entry names the row.

    `note` notes the row as it was found, where it was recorded before. Raises Refused: decided_in_writing (the last
    round was decided to its end), not_a_head, own_case (the head worked on the subject, or everybody who lent them the
    post), recorded (it is made up already).
    """
    subject = subject_of(kind)
    step = subject.matters[purpose].steps[-1]
    posts = deciders(kind, subject_id, step, unit).get(by.pk)
    if posts is None:
        words = f"{by.name}不是{unit.name}的{step.zh}，不能口头批准；请选择负责人。"
        raise Refused("not_a_head", words, "by_officer_id")
    if not posts:
        raise Refused("own_case", "承办人及其委托的人不能批准承办人自己的案件；请选择其他负责人。", "by_officer_id")
    row = oral_of(kind, subject_id, purpose)
    if row is not None and row.made_up_at is not None:
        raise Refused("recorded", "口头批准已补办书面批准，不能再改。")
    written = Approval.objects.filter(subject_kind=kind, subject_id=subject_id, purpose=purpose, step=step.role)
    last = written.order_by("round").last()
    if last is not None and last.state in (State.APPROVED, State.REFUSED):
        words = f"{step.zh}已作出书面决定（{last.opinion}），不能再记口头批准。"
        raise Refused("decided_in_writing", words, "by_officer_id")
    row = note(row) if row else OralApproval(subject_kind=kind, subject_id=subject_id, purpose=purpose)
    row.by, row.at, row.reason, row.recorded_by = by, at, reason, recorded_by
    row.save()
    return row


def _found(officer: Officer, approval_id: uuid.UUID) -> Approval:
    row = Approval.objects.select_related("unit").filter(pk=approval_id).first()
    if row is None:
        raise NotFound("no_approval", "没有这项审批；请刷新后重试。")
    subject_of(row.subject_kind).require_seen(officer, row.subject_id)
    return row


def _require_waiting(row: Approval) -> None:
    if row.state != State.WAITING:
        raise Conflict("decided_already", "这项审批已经办理，或还没轮到这一步；请刷新查看。")


def _purpose(row: Approval, agreed: bool) -> Purpose:
    """What a touch for this decision is asked for, as it stands in challenge and manifest."""
    return Purpose(
        "approvals.decide", row.subject_kind, str(row.subject_id), str(row.pk), row.round,
        "agreed" if agreed else "refused",
    )  # fmt: skip


def _opinion(agreed: bool, words: str) -> str:
    """The opinion as it is signed and printed, in one paragraph that begins with 同意 or 不同意.

    Raises Refused: words_missing (who does not agree says why), words_contradict, words_too_long.
    """
    text = " ".join(words.split())
    start, contrary = (_AGREE, _AGAINST) if agreed else (_REFUSE, _FOR)
    if contrary.search(text):
        raise Refused("words_contradict", f"意见与“{start}”相反；请核对，或改选另一项。", "words")
    if not agreed and not text.removeprefix(_REFUSE).strip(_STOPS):
        raise Refused("words_missing", "不同意的，请写明理由。", "words")
    if len(text) > _MOST_WORDS:
        raise Refused("words_too_long", f"意见最多 {_MOST_WORDS} 字，现有 {len(text)} 字；请缩短。", "words")
    return text if text.startswith(start) else f"{start}。{text}" if text else f"{start}。"
