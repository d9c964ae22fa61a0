"""Evidence: photographs, copies, questionings."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhuanmai.core.clock import now
from zhuanmai.core.models import Base
from zhuanmai.enforcement.models.cases import Case, Party
from zhuanmai.enforcement.models.goods import ItemLine


class Photo(Base):
    """A photograph. `sha256` is the tablet's digest of the original; `kept` once the same bytes lie here.

    `shown_sha256` is the copy that pages show and papers print; `mime` is what the original really is.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="photos")
    line = models.ForeignKey(ItemLine, null=True, on_delete=models.PROTECT, related_name="photos")
    what = models.CharField(max_length=60, blank=True)
    caption = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField(default=now)
    place = models.CharField(max_length=300, blank=True)
    by_id = models.UUIDField()
    sha256 = models.CharField(max_length=64, blank=True)
    kept = models.BooleanField(default=False)
    mime = models.CharField(max_length=60, blank=True)
    shown_sha256 = models.CharField(max_length=64, blank=True)
    quality = models.JSONField(default=list)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["taken_at", "id"]
        constraints = [models.CheckConstraint(condition=Q(kept=False) | ~Q(sha256=""), name="enforcement_photo_digest")]


class EvidenceCopy(Base):
    """A copy or extract of evidence (证据复制提取): what, from whom, how, the picture that shows it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=60)
    provided_by = models.CharField(max_length=120, blank=True)
    way = models.CharField(max_length=60, blank=True)
    photo = models.ForeignKey(Photo, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    place = models.CharField(max_length=300, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]


class Questioning(Base):
    """One questioning (询问) of one person: questions in their order; one without an answer is not printed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="questionings")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveSmallIntegerField(default=1)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    rights_told_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=300, blank=True)
    questions = models.JSONField(default=list)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["ordinal", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(began_at=None) | Q(ended_at__gte=F("began_at")),
                name="enforcement_questioning_times",
            )
        ]
