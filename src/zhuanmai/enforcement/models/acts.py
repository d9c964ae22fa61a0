"""What was decided and what is due: registration in advance, deadlines."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhuanmai.core.models import Base
from zhuanmai.enforcement.models.cases import Case


class Registration(Base):
    """Registration of goods in advance as evidence (先行登记保存, 行政处罚法 56)."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="registration")
    reason = models.CharField(max_length=200, blank=True)
    storage_place = models.CharField(max_length=200, blank=True)
    way = models.CharField(max_length=40, blank=True)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="enforcement_registration_term"
            )
        ]


class DeadlineRow(Base):
    """A legal term that runs in the case: when it began, when it ends, under which rule; met when its act was done."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    code = models.CharField(max_length=40)
    trigger_at = models.DateTimeField()
    due = models.DateField()
    due_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    what = models.TextField(blank=True)
    source = models.CharField(max_length=200, blank=True)
    certainty = models.CharField(max_length=12, blank=True)
    met_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        ordering = ["due", "code"]
        indexes = [models.Index(fields=["due"], condition=Q(met_at=None), name="enforcement_deadline_open")]
        constraints = [models.UniqueConstraint(fields=["case", "code"], name="enforcement_deadline_once")]
