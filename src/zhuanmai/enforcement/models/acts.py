"""What was decided and what is due: registration in advance, oral approval, approvals."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now
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


class OralApproval(Base):
    """An oral approval in an urgent case (口头批准): recorded, and made up in writing within 24 hours."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="oral_approval")
    by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    recorded_by = models.UUIDField()
    made_up_at = models.DateTimeField(null=True)


class Approval(Base):
    """One opinion that is asked of a head (审批): for what, by whom, in which order; a new round after a return."""

    class Purpose(models.TextChoices):
        """What is to be approved."""

        REPORT = "report", _("Report record")
        REGISTRATION = "registration", _("Registration in advance")
        SAMPLING = "sampling", _("Sampling")
        FILING = "filing", _("Filing")
        GOODS = "goods", _("Decision on registered goods")

    class Step(models.TextChoices):
        """Whose opinion it is."""

        DEPARTMENT_HEAD = "department_head", _("Department head")
        LEGAL_HEAD = "legal_head", _("Legal head")
        BUREAU_HEAD = "bureau_head", _("Bureau head")

    class State(models.TextChoices):
        """`upcoming` waits for the step before it; `void` fell away when a round ended early."""

        UPCOMING = "upcoming", _("Upcoming")
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        RETURNED = "returned", _("Returned")
        VOID = "void", _("Void")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="approvals")
    purpose = models.CharField(max_length=20, choices=Purpose)
    round = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=20, choices=Step)
    state = models.CharField(max_length=10, choices=State)
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    officer = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    opinion = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    signing_id = models.UUIDField(null=True)

    class Meta:
        ordering = ["asked_at", "round", "position"]
        indexes = [
            models.Index(fields=["step", "asked_at"], condition=Q(state="waiting"), name="enforcement_approval_open")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "purpose", "round", "position"], name="enforcement_approval_position"
            ),
            models.UniqueConstraint(
                fields=["case", "purpose"], condition=Q(state="waiting"), name="enforcement_approval_one_waits"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused", "returned"])
                | (Q(officer__isnull=False, decided_at__isnull=False) & ~Q(opinion="")),
                name="enforcement_approval_decided",
            ),
        ]
