"""What is recorded of the visit: times and scene, photographs, copies of evidence, questionings."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from pydantic import Field

from zhuanmai.core.clock import now, to_local
from zhuanmai.core.errors import Refused
from zhuanmai.enforcement.models import EvidenceCopy, Photo, Questioning
from zhuanmai.enforcement.operations.cases import CASES, CaseWork
from zhuanmai.enforcement.operations.opening import Clue, Place, Report, check_origin
from zhuanmai.enforcement.operations.rules import entering_facts, only_recorded
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import Id, Moment, Payload, Personal, Text
from zhuanmai.fieldlog.work import Done

_TIMES = ("began_at", "ended_at", "certificates_shown_at")
_WORDS = {
    "began_at": "开始时间",
    "ended_at": "结束时间",
    "certificates_shown_at": "出示证件时间",
    "remarks": "其他情况",
    "narrative": "现场情况",
    "narrative_facts": "现场事实",
    "place": "检查地点",
    "clue": "线索",
    "report": "举报记录",
}


class InspectionSet(Payload):
    """inspection.set."""

    began_at: Moment = None
    ended_at: Moment = None
    certificates_shown_at: Moment = None
    remarks: Text = ""
    narrative: Text = ""
    narrative_facts: list[str] | None = None
    place: Place | None = None
    clue: Clue | None = None
    report: Report | None = None


@CASES.handles("inspection.set", InspectionSet, rule=entering_facts)
def inspection_set(work: CaseWork, payload: InspectionSet, operation: FieldOperation) -> Done:
    """Times, scene, place, clue. Raises Refused: times_reversed, too_early, future, signed."""
    work.require_unsigned()
    visit = work.inspection
    given = payload.given()
    for name in _TIMES:
        if name in given:
            work.check_time(f"inspection.{name}", given[name])
            setattr(visit, name, given[name])
    for name in ("remarks", "narrative"):
        if name in given:
            setattr(visit, name, given[name])
    if "narrative_facts" in given:
        visit.narrative_facts = given["narrative_facts"] or []
    if payload.place is not None and "place" in given:
        for name, value in payload.place.given().items():
            setattr(visit, name, value)
    check_origin(work.bounds(), payload.clue, payload.report)
    if payload.clue is not None and "clue" in given:
        for name, value in payload.clue.given().items():
            setattr(visit, f"clue_{name}", value)
    if "report" in given:
        visit.report = payload.report.model_dump(mode="json") if payload.report else None
    if visit.began_at and visit.ended_at and visit.ended_at < visit.began_at:
        detail = f"检查结束时间应在开始时间（{_clock(visit.began_at)}）之后；请核对。"
        raise Refused("times_reversed", detail, "ended_at")
    visit.save()
    return Done({"changed": "、".join(_WORDS[name] for name in given if name in _WORDS)}, [visit])


def _clock(moment: dt.datetime) -> str:
    return f"{to_local(moment):%Y-%m-%d %H:%M}"


class PhotoAdd(Payload):
    """photo.add."""

    photo_id: uuid.UUID
    caption: Annotated[Text, Field(max_length=200)] = ""
    what: Annotated[Text, Field(max_length=60)] = ""
    line_id: Id = None
    taken_at: Moment = None
    place: Annotated[Text, Field(max_length=300)] = ""
    sha256: Annotated[Text, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


@CASES.handles("photo.add", PhotoAdd, rule=only_recorded)
def photo_add(work: CaseWork, payload: PhotoAdd, operation: FieldOperation) -> Done:
    """A photograph's facts; its bytes follow by themselves and must have this digest.

    Raises Refused: too_early, future, id_used, no_line.
    """
    row = Photo.objects.filter(pk=payload.photo_id).first()
    if row is not None and row.case_id != work.case.pk:
        raise Refused("id_used", "这个照片编号已用于别的案件；请重新拍照。", "photo_id")
    new = row is None
    if row is None:
        row = Photo(id=payload.photo_id, case=work.case, by_id=work.officer.pk, taken_at=work.moment_of(operation))
    else:
        work.note(row)
    given = payload.given("caption", "what", "place")
    for name, value in given.items():
        setattr(row, name, value)
    work.check_time("photo.taken_at", payload.taken_at)
    if payload.taken_at is not None:
        row.taken_at = payload.taken_at
    if payload.sha256 and not row.kept:
        row.sha256 = payload.sha256
    if payload.line_id is not None:
        row.line = work.require_line(payload.line_id)
    row.removed_at = None
    row.save(force_insert=new)
    facts = {"photo_id": str(row.pk), "what": row.what, "caption": row.caption, "sha256": row.sha256}
    return Done(facts, [row], object_kind="photo", object_id=row.pk)


class PhotoRemove(Payload):
    """photo.remove."""

    photo_id: uuid.UUID


@CASES.handles("photo.remove", PhotoRemove, rule=entering_facts)
def photo_remove(work: CaseWork, payload: PhotoRemove, operation: FieldOperation) -> Done:
    """A photograph is taken off the case; row and original stay. Raises Refused: photo_in_use, signed."""
    work.require_unsigned()
    row = Photo.objects.filter(pk=payload.photo_id, case=work.case, removed_at=None).first()
    if row is None:
        raise Refused("no_photo", "这张照片已不在本案；请刷新后重试。", "photo_id")
    if EvidenceCopy.objects.filter(photo=row, removed_at=None).exists():
        raise Refused("photo_in_use", "这张照片已作为证据提取；请先去掉证据提取单。", "photo_id")
    work.note(row).removed_at = now()
    row.save(update_fields=["removed_at"])
    return Done({"photo_id": str(row.pk)}, [row], object_kind="photo", object_id=row.pk)


class Question(Payload):
    """One question with its answer."""

    id: Annotated[Text, Field(max_length=60)] = ""
    text: Annotated[Text, Field(max_length=1000)] = ""
    answer: Annotated[Text, Field(max_length=8000)] = ""


class QuestioningSet(Payload):
    """questioning.set."""

    questioning_id: uuid.UUID
    party_id: Id = None
    ordinal: Annotated[int, Field(ge=1, le=99)] = 1
    began_at: Moment = None
    ended_at: Moment = None
    place: Annotated[Text, Field(max_length=300)] = ""
    rights_told_at: Moment = None
    questions: list[Question] = []


@CASES.handles("questioning.set", QuestioningSet, rule=entering_facts)
def questioning_set(work: CaseWork, payload: QuestioningSet, operation: FieldOperation) -> Done:
    """A questioning as it stands. Raises Refused: too_early, future, times_reversed, rights_late, overlap, signed."""
    work.require_unsigned()
    row = Questioning.objects.filter(pk=payload.questioning_id).first()
    if row is not None and row.case_id != work.case.pk:
        raise Refused("id_used", "这个询问编号已用于别的案件；请刷新后重试。", "questioning_id")
    new = row is None
    if row is None:
        row = Questioning(id=payload.questioning_id, case=work.case)
    else:
        work.note(row)
    given = payload.given("ordinal", "began_at", "ended_at", "place", "rights_told_at")
    for name, value in given.items():
        setattr(row, name, value)
    if "party_id" in payload.model_fields_set:
        row.party = work.party(payload.party_id)
    if "questions" in payload.model_fields_set:
        row.questions = [one.model_dump() for one in payload.questions]
    for name in ("began_at", "ended_at", "rights_told_at"):
        work.check_time(f"questioning.{name}", given.get(name))
    _check_times(row)
    _check_overlap(work, row)
    row.save(force_insert=new)
    answered = sum(bool(one["answer"].strip()) for one in row.questions)
    facts = {"ordinal": row.ordinal, "answered": answered, "questioning_id": str(row.pk)}
    return Done(facts, [row], object_kind="questioning", object_id=row.pk)


def _check_times(row: Questioning) -> None:
    if row.began_at and row.ended_at and row.ended_at < row.began_at:
        raise Refused("times_reversed", f"询问结束时间应在开始时间（{_clock(row.began_at)}）之后；请核对。", "ended_at")
    if row.rights_told_at and row.ended_at and row.rights_told_at > row.ended_at:
        raise Refused("rights_late", "应先告知权利再询问，告知时间不能晚于询问结束；请核对。", "rights_told_at")


def _check_overlap(work: CaseWork, row: Questioning) -> None:
    """One person at a time, and no officer on two questionings at once (consistency rule of the file review)."""
    if not (row.began_at and row.ended_at):
        return
    officers = work.case.assignments.filter(until_at=None).values_list("officer", flat=True)
    other = (
        Questioning.objects.filter(
            case__assignments__officer__in=list(officers),
            case__assignments__until_at=None,
            removed_at=None,
            began_at__lt=row.ended_at,
            ended_at__gt=row.began_at,
        )
        .exclude(pk=row.pk)
        .select_related("case")
        .first()
    )
    if other is not None and other.began_at and other.ended_at:
        times = f"{_clock(other.began_at)}–{to_local(other.ended_at):%H:%M}"
        detail = f"同一执法人员在 {times} 已有另一份询问笔录（{other.case.clue_no}），时间重叠；请核对起止时间。"
        raise Refused("overlap", detail, "began_at")


class EvidenceSet(Payload):
    """evidence.set."""

    evidence_id: uuid.UUID
    kind: Annotated[Text, Field(max_length=60)] = ""
    provided_by: Annotated[Personal, Field(max_length=120)] = ""
    way: Annotated[Text, Field(max_length=60)] = ""
    photo_id: Id = None
    at: Moment = None
    place: Annotated[Text, Field(max_length=300)] = ""
    removed: bool = False


@CASES.handles("evidence.set", EvidenceSet, rule=entering_facts)
def evidence_set(work: CaseWork, payload: EvidenceSet, operation: FieldOperation) -> Done:
    """A copy or extract of evidence. Raises Refused: no_photo, too_early, future, signed."""
    work.require_unsigned()
    row = EvidenceCopy.objects.filter(pk=payload.evidence_id).first()
    if row is not None and row.case_id != work.case.pk:
        raise Refused("id_used", "这个证据编号已用于别的案件；请重新提取。", "evidence_id")
    new = row is None
    if row is None:
        row = EvidenceCopy(id=payload.evidence_id, case=work.case, at=work.moment_of(operation))
    else:
        work.note(row)
    for name, value in payload.given("kind", "provided_by", "way", "place").items():
        setattr(row, name, value)
    work.check_time("evidence.at", payload.at)
    row.at = payload.at or row.at
    if "photo_id" in payload.model_fields_set:
        known = Photo.objects.filter(case=work.case, removed_at=None)
        row.photo = known.filter(pk=payload.photo_id).first() if payload.photo_id else None
        if payload.photo_id is not None and row.photo is None:
            raise Refused("no_photo", "证据的照片不在本案；请重新选择。", "photo_id")
    row.removed_at = now() if payload.removed else None
    row.save(force_insert=new)
    facts = {"evidence": row.kind, "evidence_id": str(row.pk), "way": row.way}
    return Done(facts, [row], object_kind="evidence", object_id=row.pk)
