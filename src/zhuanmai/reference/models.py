"""What the reference room keeps: products and prices, laws, causes, terms, places, days, the register of licensees."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhuanmai.accounts.models import Unit
from zhuanmai.core.indexes import of_ends, of_parts
from zhuanmai.core.models import Base


class Certainty(models.TextChoices):
    """How sure a fact is; whatever is not statute may be changed by the bureau."""

    STATUTE = "statute", _("Read in the statute")
    RULE = "rule", _("Departmental rule")
    PRACTICE = "practice", _("Practice")
    EXAMPLE = "example", _("Example")
    UNCERTAIN = "uncertain", _("To be confirmed")


class Product(Base):
    """A brand and specification (品规). Its barcodes and prices have periods; its id comes from its carton barcode."""

    class Kind(models.TextChoices):
        """Cigarettes count in sticks and cartons; cigars are priced by the stick."""

        CIGARETTE = "cigarette", _("Cigarette")
        CIGAR = "cigar", _("Cigar")

    class Origin(models.TextChoices):
        """Where a product of the catalogue comes from."""

        DOMESTIC = "domestic", _("Domestic")
        IMPORTED = "imported", _("Imported")

    name = models.CharField(max_length=120)
    brand = models.CharField(max_length=60, blank=True)
    initials = models.CharField(max_length=120, blank=True, db_index=True)
    manufacturer = models.CharField(max_length=120, blank=True)
    province = models.CharField(max_length=20, blank=True)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.DOMESTIC)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.CIGARETTE)
    price_class = models.CharField(max_length=10, blank=True)
    packs_per_carton = models.PositiveSmallIntegerField(null=True, blank=True)
    sticks_per_carton = models.PositiveSmallIntegerField(null=True, blank=True)
    priced_per = models.CharField(max_length=8, choices=[("carton", _("carton")), ("stick", _("stick"))])
    wholesale_price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    scarce = models.BooleanField(default=False)
    listed = models.BooleanField(default=True)
    set_by_bureau = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(packs_per_carton__gt=0, sticks_per_carton__gt=0)
                | Q(packs_per_carton=None, sticks_per_carton=None),
                name="reference_product_packing",
            ),
        ]


class Barcode(Base):
    """A barcode of a product's packing unit in a period; one code may be shared and may change owner."""

    class Level(models.TextChoices):
        """The packing unit that bears the barcode."""

        PACK = "pack", _("pack")
        CARTON = "carton", _("carton")
        CASE = "case", pgettext_lazy("packing", "case")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="barcodes")
    code = models.CharField(max_length=14, db_index=True)
    level = models.CharField(max_length=8, choices=Level.choices)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [of_ends("code", "reference_barcode_end")]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "product", "level", "valid_from"], nulls_distinct=False, name="reference_barcode_once"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^(\d{8}|\d{13}|\d{14})$"), name="reference_barcode_digits"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="reference_barcode_period",
            ),
        ]


class PriceCatalogue(Base):
    """A price catalogue (价格目录) of a region; in force until the region's next, marked after its printed end."""

    region = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=80)
    issuer = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty.choices, default=Certainty.PRACTICE)

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["region", "valid_from"], name="reference_catalogue_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="reference_catalogue_period"
            ),
        ]


class Price(Base):
    """A retail price (CNY) of a product in a catalogue, from a day on; later days within the catalogue replace it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    catalogue = models.ForeignKey(PriceCatalogue, on_delete=models.PROTECT, related_name="prices")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    per = models.CharField(max_length=8, choices=[("carton", _("carton")), ("stick", _("stick"))])
    valid_from = models.DateField()
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["product", "catalogue", "valid_from"], name="reference_price_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reference_price_positive"),
        ]


class CatalogueImport(Base):
    """A catalogue file that was looked at, and whether it was then taken in."""

    class State(models.TextChoices):
        """A preview changes nothing; applied once, or put aside."""

        PREVIEW = "preview", _("Previewed")
        APPLIED = "applied", _("Taken in")
        DISCARDED = "discarded", _("Put aside")

    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    region = models.CharField(max_length=20)
    title = models.CharField(max_length=80)
    issuer = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    plan_sha256 = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict)
    by_id = models.UUIDField()
    applied_at = models.DateTimeField(null=True)


class Statute(Base):
    """A law or regulation in one version (date of the text)."""

    short_name = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    version = models.DateField()
    history = models.JSONField(default=list)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["short_name"]
        constraints = [models.UniqueConstraint(fields=["short_name", "version"], name="reference_statute_once")]


class Article(Base):
    """One article of a statute: paragraphs and items are its lines."""

    statute = models.ForeignKey(Statute, on_delete=models.CASCADE, related_name="articles")
    number = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=30)
    chapter = models.CharField(max_length=80, blank=True)
    text = models.TextField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["statute", "number"], name="reference_article_once")]


class Cause(Base):
    """A case cause (案由): what it breaks, what penalises it, the range of the penalty, and the rest as shipped.

    A code has one row from the beginning (`valid_from` empty) and one for each day from which the bureau changed it.
    """

    code = models.CharField(max_length=8)
    valid_from = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=120)
    english = models.CharField(max_length=160, blank=True)
    who = models.CharField(max_length=120, blank=True)
    violated = ArrayField(models.CharField(max_length=120), default=list)
    penalised = ArrayField(models.CharField(max_length=120), default=list)
    fine = models.JSONField(null=True, blank=True)
    rest = models.JSONField(default=dict)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    place = models.PositiveSmallIntegerField(default=0)
    set_by_bureau = models.BooleanField(default=False)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], nulls_distinct=False, name="reference_cause_once"),
        ]


class HearingThreshold(Base):
    """From which sums (CNY) a bureau offers a hearing (听证), from a day on; both empty: no figure, always offered."""

    class Party(models.TextChoices):
        """Whom the figure is for; an individual business without a figure of its own counts as a citizen."""

        CITIZEN = "citizen", _("Citizen")
        INDIVIDUAL_BUSINESS = "individual_business", _("Individual business")
        ORGANISATION = "organisation", _("Organisation")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=20, choices=Party.choices)
    fine = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    confiscation = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    article = models.CharField(max_length=80)
    valid_from = models.DateField()
    source = models.CharField(max_length=200)
    set_by = models.UUIDField()

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "party", "valid_from"], name="reference_hearing_once"),
            models.CheckConstraint(
                condition=(Q(fine=None) | Q(fine__gt=0)) & (Q(confiscation=None) | Q(confiscation__gt=0)),
                name="reference_hearing_positive",
            ),
        ]


class GoodsPrice(Base):
    """A price (CNY) of goods without a product of their own: leaf, cut tobacco, empty tubes, e-cigarettes; by day."""

    class Goods(models.TextChoices):
        """Goods that are priced by kind and unit."""

        LEAF = "leaf", _("Tobacco leaf")
        CUT = "cut", _("Cut tobacco")
        TUBE = "tube", _("Empty tubes")
        ECIGARETTE = "ecigarette", _("E-cigarettes")
        MATERIAL = "material", _("Materials")
        MACHINE = "machine", _("Machinery")

    goods = models.CharField(max_length=12, choices=Goods.choices)
    per = models.CharField(max_length=12)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    valid_from = models.DateField()
    article = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=200)
    certainty = models.CharField(max_length=10, choices=Certainty.choices, default=Certainty.PRACTICE)
    set_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["goods", "per", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["goods", "per", "valid_from"], name="reference_goods_price_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reference_goods_price_positive"),
        ]


class DeadlineTerm(Base):
    """A legal term (期限): trigger, length, unit, source, certainty; the bureau may change what is not statute."""

    code = models.CharField(max_length=40, unique=True)
    area = models.CharField(max_length=12)
    trigger = models.CharField(max_length=200, blank=True)
    trigger_english = models.CharField(max_length=200, blank=True)
    before = models.BooleanField(default=False)
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    hours = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    what = models.TextField(blank=True)
    what_english = models.TextField(blank=True)
    on_overrun = models.TextField(blank=True)
    source = models.CharField(max_length=200, blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    place = models.PositiveSmallIntegerField(default=0)
    set_by_bureau = models.BooleanField(default=False)

    class Meta:
        ordering = ["place"]


class District(models.Model):
    """A district of the city by its code of administrative divisions (区划代码)."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=20)


class CalendarYear(models.Model):
    """A year whose arrangement of holidays the bureau has entered (overrides hold its days off and make-up days)."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField(max_length=200, blank=True)


class WorkingDayOverride(Base):
    """A day that is a working day or a rest day against the rule, with its source."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    source = models.CharField(max_length=200, blank=True)


class Licensee(Base):
    """A holder of a tobacco retail licence (零售户): the register that licensing feeds and cases look up."""

    class Status(models.TextChoices):
        """The licence's state in the register."""

        VALID = "valid", pgettext_lazy("licence", "In force")
        SUSPENDED = "suspended", pgettext_lazy("licence", "Suspended")
        CLOSED = "closed", pgettext_lazy("licence", "Closed")
        REVOKED = "revoked", pgettext_lazy("licence", "Revoked")

    licence_no = models.CharField(max_length=12, unique=True)
    holder_name = models.CharField(max_length=60)
    holder_id = models.CharField(max_length=18, blank=True, db_index=True)
    uscc = models.CharField(max_length=18, blank=True, db_index=True)
    shop_name = models.CharField(max_length=120, blank=True)
    business_type = models.CharField(max_length=20, blank=True)
    location_type = models.CharField(max_length=20, blank=True)
    district_code = models.CharField(max_length=6, db_index=True)
    address = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    order_tier = models.PositiveSmallIntegerField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.VALID)
    issued_on = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["licence_no"]
        indexes = [
            of_ends("licence_no", "reference_licensee_licence"),
            of_ends("holder_id", "reference_licensee_id"),
            of_ends("phone", "reference_licensee_phone"),
            of_parts("shop_name", "reference_licensee_shop"),
            of_parts("address", "reference_licensee_address"),
            of_parts("holder_name", "reference_licensee_holder"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(licence_no__regex=r"^\d{12}$"), name="reference_licensee_number"),
            models.CheckConstraint(
                condition=Q(order_tier=None) | Q(order_tier__range=(1, 30)), name="reference_licensee_tier"
            ),
        ]


class RegisterCompleteness(models.Model):
    """The day as of which a district's register is complete: only then does a missing licence mean there is none."""

    district_code = models.CharField(max_length=6, primary_key=True)
    complete_as_of = models.DateField()
