"""What is kept: each opinion that is asked of a head, with its signing; oral approvals until they are made up."""

from __future__ import annotations

import functools
import operator

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer, Signing, Unit
from zhuanmai.core.clock import now
from zhuanmai.core.models import Base

MOVES = [
    ("upcoming", "waiting"),
    ("upcoming", "void"),
    ("waiting", "approved"),
    ("waiting", "refused"),
    ("waiting", "returned"),
    ("waiting", "void"),  # what was decided on has changed after somebody of the round had spoken
    ("approved", "void"),
    ("refused", "void"),
]
DECIDED = ("approved", "refused", "returned")
_OF_A_DECISION = ("officer", "on_behalf_of", "opinion", "decided_at", "signing", "asked_at")


def _more_than_voided() -> pgtrigger.Q:
    """Whether a decision is changed otherwise than by voiding it."""
    changed = [pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in _OF_A_DECISION]
    found = ~pgtrigger.Q(new__state="void") | pgtrigger.Q(old__state="void")
    return functools.reduce(operator.or_, changed, found)


class Approval(Base):
    """One opinion that is asked of a head (审批): on what, for what, in which order; a new round after a return.

    `purpose` is a matter of the subject's kind, `step` the post whose opinion it is, `unit` the bureau of that post.
    `on_behalf_of`: the holder of the post where a delegate decided. The signing is the decision's own.
    """

    class State(models.TextChoices):
        """`upcoming` waits for the step before it; `void` fell away when a round ended early (`void_reason`: why)."""

        UPCOMING = "upcoming", _("Upcoming")
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        RETURNED = "returned", _("Returned")
        VOID = "void", _("Void")

    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State)
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    officer = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    opinion = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    signing = models.OneToOneField(Signing, null=True, on_delete=models.PROTECT, related_name="+")
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["asked_at", "round", "position"]
        indexes = [
            models.Index(fields=["step", "asked_at"], condition=Q(state="waiting"), name="approvals_approval_open"),
            models.Index(fields=["officer", "-decided_at"], name="approvals_approval_of_officer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "purpose", "round", "position"], name="approvals_position_once"
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "purpose"],
                condition=Q(state="waiting"),
                name="approvals_one_waits",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "purpose", "round", "officer"], name="approvals_one_step_a_person"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED)
                | (Q(officer__isnull=False, decided_at__isnull=False, signing__isnull=False) & ~Q(opinion="")),
                name="approvals_decided_is_signed",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.FSM(name="lawful_moves", field="state", transitions=MOVES),
            pgtrigger.ReadOnly(
                name="what_was_asked",
                fields=["subject_kind", "subject_id", "unit", "purpose", "round", "position", "step", "asked_by"],
            ),
            pgtrigger.Protect(
                name="decided_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__signing__isnull=False) & _more_than_voided(),
            ),
        ]


class OralApproval(Base):
    """An oral approval in an urgent case (口头批准): recorded at once, made up in writing afterwards."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    purpose = models.CharField(max_length=40)
    by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    recorded_by = models.UUIDField()
    made_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "purpose"], name="approvals_oral_once")
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="made_up_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__made_up_at__isnull=False),
            ),
        ]
