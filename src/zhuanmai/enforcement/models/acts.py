"""What was decided of goods: registration in advance."""

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
