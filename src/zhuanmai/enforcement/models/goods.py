"""The goods of a case: lines, the carton codes read on them, samples, and what lines were before."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.clock import now
from zhuanmai.core.goods import GoodsKind
from zhuanmai.core.indexes import of_ends
from zhuanmai.core.models import Base
from zhuanmai.enforcement.models.cases import Case, Party


class Goods(models.TextChoices):
    """Kinds of tobacco monopoly goods (专卖品) as far as counting and pricing differ."""

    CIGARETTE = "cigarette", _("Cigarettes")
    CIGAR = "cigar", _("Cigars")
    LEAF = "leaf", _("Tobacco leaf")
    CUT = "cut", _("Cut tobacco")
    TUBE = "tube", _("Empty tubes")
    ECIGARETTE = "ecigarette", _("E-cigarettes")
    MATERIAL = "material", _("Materials")
    MACHINE = "machine", _("Machinery")


class ItemLine(Base):
    """One product of one party. Its id is derived from case, party and barcode: every tablet names it alike.

    `quantity` counts `unit`; a line of quantity 0 is no line. The price is fixed on the day it was entered.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="lines")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    place_in_case = models.PositiveIntegerField()
    product_id = models.UUIDField(null=True)
    barcode = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120, blank=True)
    description = models.CharField(max_length=300, blank=True)
    goods = models.CharField(max_length=12, choices=Goods, default=Goods.CIGARETTE)
    kind = models.CharField(max_length=12, choices=GoodsKind, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    unit = models.CharField(max_length=12, default="carton")
    packs_per_carton = models.PositiveSmallIntegerField(null=True)
    sticks_per_carton = models.PositiveSmallIntegerField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    per = models.CharField(max_length=12, default="carton")
    price_mark = models.CharField(max_length=40, blank=True)
    price_basis = models.CharField(max_length=200, blank=True)
    price_catalogue = models.JSONField(null=True)
    price_reason = models.CharField(max_length=200, blank=True)
    priced_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    listed = models.BooleanField(default=True)
    shared = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, blank=True)
    bag_no = models.CharField(max_length=40, blank=True)
    strip_no = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.UUIDField()
    last_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["place_in_case", "id"]
        indexes = [of_ends("barcode", "enforcement_line_barcode")]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="enforcement_line_quantity"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gt=0), name="enforcement_line_price"),
            models.CheckConstraint(
                condition=Q(sticks_per_carton=None) | Q(sticks_per_carton__gt=0), name="enforcement_line_sticks"
            ),
        ]

    @property
    def is_named(self) -> bool:
        """Whether it is known what this is; an unknown barcode waits for its name."""
        return self.name != ""


class LineHistory(Base):
    """What a line said before: last by server order wins, the earlier value stays here."""

    line = models.ForeignKey(ItemLine, on_delete=models.PROTECT, related_name="history")
    field = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by_id = models.UUIDField()
    at = models.DateTimeField(default=now)
    operation_id = models.UUIDField(null=True)

    class Meta:
        ordering = ["at", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class CartonCodeRead(Base):
    """A 32-character carton code read on a carton of a line, taken apart and judged on the day it was read."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="codes")
    line = models.ForeignKey(ItemLine, on_delete=models.PROTECT, related_name="codes")
    row1 = models.CharField(max_length=16)
    row2 = models.CharField(max_length=16)
    sorted_on = models.DateField()
    company = models.CharField(max_length=4)
    licence_no = models.CharField(max_length=12)
    means = models.CharField(max_length=20)
    words = models.CharField(max_length=300, blank=True)
    shop_name = models.CharField(max_length=120, blank=True)
    notices = models.JSONField(default=list)
    confidence = models.FloatField(default=1)
    read_by = models.UUIDField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            of_ends("row1", "enforcement_code_row_1"),
            of_ends("row2", "enforcement_code_row_2"),
            of_ends("licence_no", "enforcement_code_licence"),
        ]


class Sample(Base):
    """A sample (抽样取证) of a line: base and number in cartons."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="samples")
    line = models.ForeignKey(ItemLine, on_delete=models.PROTECT, related_name="samples")
    base = models.DecimalField(max_digits=10, decimal_places=4)
    cartons = models.DecimalField(max_digits=10, decimal_places=4)
    purpose = models.CharField(max_length=120, blank=True)
    method = models.CharField(max_length=120, blank=True)
    packing_form = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=120, blank=True)
    sample_no = models.CharField(max_length=40, blank=True)
    sealed = models.CharField(max_length=120, blank=True)
    taken_at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["sample_no", "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(removed_at=None), name="enforcement_sample_once"),
            models.CheckConstraint(
                condition=Q(cartons__gt=0, base__gte=models.F("cartons")), name="enforcement_sample_of_base"
            ),
        ]
