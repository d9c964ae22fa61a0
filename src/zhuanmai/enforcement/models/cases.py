"""The case itself: what it is about, where it stands, whose it is."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core.clock import now
from zhuanmai.core.indexes import of_ends, of_parts
from zhuanmai.core.models import Base
from zhuanmai.enforcement.procedure import State, transitions


class Case(Base):
    """A case (案件) from its clue on.

    `cursor` counts what happened to it: a tablet asks for what came after. `counted` of these were mere counting.
    `handed_over` is as what the lake knows it.
    """

    clue_no = models.CharField(max_length=40, unique=True)
    clue_day = models.DateField()
    clue_serial = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    bureau = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=30, choices=[(state.value, state.zh) for state in State])
    opened_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=now)
    number = models.CharField(max_length=60, blank=True)
    filed_on = models.DateField(null=True)
    summary = models.TextField(blank=True)
    valuer = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    counting_closed_at = models.DateTimeField(null=True)
    counting_closed_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    fact_version = models.PositiveIntegerField(default=0)
    service = models.JSONField(null=True)
    correction = models.JSONField(null=True)
    simple = models.JSONField(null=True)
    cursor = models.BigIntegerField(default=0)
    counted = models.BigIntegerField(default=0)
    correcting = models.CharField(max_length=200, blank=True)
    handed_over = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["unit", "-opened_at"], name="enforcement_case_of_unit"),
            of_ends("clue_no", "enforcement_case_clue_part"),
            of_ends("number", "enforcement_case_number_part"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "clue_day", "clue_serial"], name="enforcement_case_clue_no"),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="enforcement_case_number"),
            models.CheckConstraint(
                condition=~Q(state__in=["filed", "not_filed"]) | Q(filed_on__isnull=False),
                name="enforcement_case_filed_on",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="lawful_moves", field="state", transitions=transitions()),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    @property
    def is_closed(self) -> bool:
        """Whether counting is closed."""
        return self.counting_closed_at is not None


REASONS = {
    "complaint": "投诉举报",
    "routine": "日常检查",
    "special": "专项行动",
    "alert": "预警派单",
    "transferred": "其他部门移送",
    "parcel": "物流寄递检查",
    "random": "双随机抽查",
}


class Inspection(Base):
    """The visit (检查): reason, clue, place, times, who was there, what was seen."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="inspection")
    reason = models.CharField(max_length=20)
    clue_source = models.CharField(max_length=120, blank=True)
    clue_received_at = models.DateTimeField(null=True)
    clue_text = models.TextField(blank=True)
    report = models.JSONField(null=True)
    address = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    shop_name = models.CharField(max_length=120, blank=True)
    district_code = models.CharField(max_length=6, blank=True)
    recorder = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    certificates_shown_at = models.DateTimeField(null=True)
    narrative = models.TextField(blank=True)
    narrative_facts = models.JSONField(default=list)
    remarks = models.TextField(blank=True)
    party_present = models.BooleanField(null=True)
    person_in_charge = models.JSONField(null=True)
    witness = models.JSONField(null=True)
    refuses_to_sign = models.BooleanField(default=False)
    refusal_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [of_parts("shop_name", "enforcement_visit_shop"), of_parts("address", "enforcement_visit_address")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(began_at=None) | Q(ended_at__gte=F("began_at")),
                name="enforcement_inspection_times",
            )
        ]


class CaseOfficer(Base):
    """One of the two officers of a case, from one moment until another; a hand-over ends one and begins the next."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    from_at = models.DateTimeField(default=now)
    until_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "position"], condition=Q(until_at=None), name="enforcement_officer_position"
            ),
            models.UniqueConstraint(
                fields=["case", "officer"], condition=Q(until_at=None), name="enforcement_officer_once"
            ),
            models.CheckConstraint(condition=Q(position__in=[1, 2]), name="enforcement_officer_two"),
        ]


class Party(Base):
    """A party (当事人) of the case; its id is made on the tablet."""

    class Kind(models.TextChoices):
        """Individual businesses count as citizens where the law sets sums (practice)."""

        PERSON = "person", _("Person")
        INDIVIDUAL_BUSINESS = "individual_business", _("Individual business")
        ORGANISATION = "organisation", _("Organisation")
        UNKNOWN = "unknown", _("Unknown owner")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.INDIVIDUAL_BUSINESS)
    name = models.CharField(max_length=120, blank=True)
    sex = models.CharField(max_length=4, blank=True)
    ethnicity = models.CharField(max_length=20, blank=True)
    born_on = models.DateField(null=True)
    id_kind = models.CharField(max_length=40, blank=True)
    id_no = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    occupation = models.CharField(max_length=120, blank=True)
    licence_no = models.CharField(max_length=12, blank=True)
    licence_valid_to = models.DateField(null=True)
    representative = models.JSONField(null=True)
    removed_at = models.DateTimeField(null=True)
    place_in_case = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place_in_case", "id"]
        indexes = [
            of_parts("name", "enforcement_party_name"),
            of_ends("id_no", "enforcement_party_id"),
            of_ends("phone", "enforcement_party_phone"),
            of_ends("licence_no", "enforcement_party_licence"),
        ]


class CaseCause(Base):
    """A cause (案由) chosen for the case, with its name as of then; in code order."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="causes")
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["case", "code"], name="enforcement_cause_once")]
