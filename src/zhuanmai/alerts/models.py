"""What is kept: the runs, and the alerts they raised with what became of them."""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.alerts.procedure import OPEN, State, transitions
from zhuanmai.core.indexes import of_ends, of_parts
from zhuanmai.core.models import Base, Waits

_LATE = dt.timedelta(days=10)  # orders are handed over by the week, and none are made at the weekend


class Run(Waits):
    """One run over the lake: for which day, what it went without, and what it measured on the way.

    `numbers` holds what the pages about the model need: the population by district and business type, the drift of
    each detector against half a year before, how many findings the model learned from, the last day of orders.
    """

    day = models.DateField()
    wanted = models.PositiveIntegerField(default=0)
    without = models.JSONField(default=list)
    numbers = models.JSONField(default=dict)

    @property
    def orders_late(self) -> dt.date | None:
        """The last day of orders it saw, where that is more than ten days before its own; else None."""
        until = self.numbers.get("orders_until")
        last = dt.date.fromisoformat(until) if until else self.day
        return last if self.day - last > _LATE else None


class Whereabouts(Base):
    """What the newest run saw on the map: hot spots of one kind, or flows, over so many weeks up to its day."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="whereabouts")
    what = models.CharField(max_length=10, choices=[("hotspots", _("Hot spots")), ("flows", _("Flows"))])
    kind = models.CharField(max_length=40, blank=True)
    weeks = models.PositiveSmallIntegerField()
    rows = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "what", "kind", "weeks"], name="alerts_whereabouts_once"),
        ]


class Alert(Base):
    """A shop or a place that a visit is worth, why, whose it is, and what the visit found.

    `reasons`, `picture` and `similar` are as the run saw them: what is said later of the shop does not change them.
    """

    class Outcome(models.TextChoices):
        """What the visit found, in the words of the lake's inspections."""

        CASE = "case", _("Case")
        MINOR = "minor", _("Minor finding")
        CLEAR = "clear", _("Nothing found")
        CLOSED_DOOR = "closed_door", _("Closed door")
        WRONG_ADDRESS = "wrong_address", _("Wrong address")

    number = models.CharField(max_length=20, unique=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="alerts")
    day = models.DateField()
    subject_kind = models.CharField(max_length=10, choices=[("licence", _("Licence")), ("place", _("Place"))])
    subject = models.CharField(max_length=300)
    drawn = models.BooleanField(default=False)  # at random (双随机), not for what the data say
    probability = models.FloatField()
    score = models.FloatField()
    offence = models.CharField(max_length=20)
    leading = models.CharField(max_length=40, blank=True)  # the detector of the first reason
    reasons = models.JSONField(default=list)
    picture = models.JSONField(default=dict)
    similar = models.JSONField(default=list)
    shop_name = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=300, blank=True)
    district_code = models.CharField(max_length=6, blank=True)
    business_type = models.CharField(max_length=20, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    # The squad whose street it is; and where the alert is, that squad or the bureau in which it waits.
    area = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=[(state.value, state.zh) for state in State], default=State.RAISED)
    assigned_at = models.DateTimeField(null=True)
    due = models.DateField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    case_id = models.UUIDField(null=True, unique=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    case_no = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    visited_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    handed_back_at = models.DateTimeField(null=True)  # when the lake got the result, to learn from

    class Meta:
        ordering = ["-day", "-probability"]
        indexes = [
            models.Index(fields=["unit", "state"], name="alerts_alert_of_unit"),
            models.Index(fields=["subject", "-day"], name="alerts_alert_of_subject"),
            models.Index(fields=["visited_on"], name="alerts_alert_visited"),
            of_ends("subject", "alerts_alert_subject_end"),
            of_parts("shop_name", "alerts_alert_shop"),
            of_parts("address", "alerts_alert_address"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="alerts_alert_chance"),
            models.CheckConstraint(
                condition=(Q(state="done") & ~Q(outcome="") & Q(done_at__isnull=False, visited_on__isnull=False))
                | (~Q(state="done") & Q(outcome="")),
                name="alerts_alert_outcome",
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state__in=[state.value for state in OPEN]), name="alerts_one_open"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="lawful_moves", field="state", transitions=transitions()),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    @property
    def is_mine_to_take_back(self) -> bool:
        """Whether the result was typed here and the lake does not have it yet."""
        return self.state == State.DONE and self.case_id is None and self.handed_back_at is None
