"""Forms of the reference pages: they only take input apart; the services say what is right."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, cast

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Unit, UnitKind
from zhuanmai.core.errors import Refused
from zhuanmai.core.units import Unit as Measure
from zhuanmai.reference.allowed import Simple
from zhuanmai.reference.figures import units_of
from zhuanmai.reference.models import Barcode, Certainty, GoodsPrice, HearingThreshold

_BY_GOODS = {unit for goods in GoodsPrice.Goods.values for unit in units_of(goods)}


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class RefusingForm(forms.Form):
    """A form that can show a service's refusal at the field it belongs to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs.setdefault("class", "form-select" if select else "form-control")

    def refuse(self, error: Refused) -> None:
        """Put the refusal's sentence at its field, or above the form if it names none of ours."""
        self.add_error(error.field if error.field in self.fields else None, error.detail)


class CatalogueForm(RefusingForm):
    """A price catalogue's file and what it says about itself."""

    file = forms.FileField(
        label=_("File"), help_text=_("XLSX or CSV, the headings in the first row: barcode, name, retail price.")
    )
    region = forms.CharField(label=_("Province"), max_length=20, help_text=_("As in documents, for example 湖南."))
    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("For example 2026年上半年目录."))
    issuer = forms.CharField(label=_("Issued by"), max_length=80, required=False)
    issued_on = _day(_("Issued on"), required=False)
    valid_from = _day(_("First day"), help_text=_("Before it the catalogue gives no price."))
    valid_to = _day(_("Printed end"), required=False, help_text=_("After it prices stay in use, marked 沿用."))


class PriceForm(RefusingForm):
    """A single price from a day on."""

    amount = forms.DecimalField(label=_("New price (CNY)"), max_digits=10, decimal_places=2)
    valid_from = _day(_("Valid from"))
    source = forms.CharField(label=_("Basis"), max_length=200, help_text=_("Name and number of the paper."))


class BarcodeForm(RefusingForm):
    """Another barcode of a product."""

    code = forms.CharField(label=_("Barcode"), max_length=20)
    level = forms.ChoiceField(label=_("Packing"), choices=Barcode.Level.choices)
    valid_from = _day(_("Valid from"), required=False)


class TermForm(RefusingForm):
    """A term that is not read in the statute."""

    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=3660, required=False)
    months = forms.IntegerField(label=_("Months"), min_value=0, max_value=120, required=False)
    years = forms.IntegerField(label=_("Years"), min_value=0, max_value=30, required=False)
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=720, required=False)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=1440, required=False)
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=[("working", _("Working days")), ("calendar", _("Calendar days")), ("", _("Neither"))],
        required=False,
    )
    source = forms.CharField(label=_("Basis"), max_length=200)
    certainty = forms.ChoiceField(label=_("Certainty"), choices=Certainty.choices)


class DayForm(RefusingForm):
    """One day against the rule."""

    day = _day(_("Day"))
    working = forms.TypedChoiceField(
        label=_("Is a"),
        choices=[("0", _("Rest day")), ("1", _("Working day"))],
        coerce=lambda value: value == "1",
    )
    source = forms.CharField(label=_("Basis"), max_length=200)


class YearForm(RefusingForm):
    """A year's arrangement of holidays."""

    year = forms.IntegerField(label=_("Year"), min_value=2004, max_value=2100)
    rest = forms.CharField(
        label=_("Days off"),
        widget=forms.Textarea({"rows": 4}),
        help_text=_(
            "One day or span a line: 2027-01-01 or 2027-02-05 to 2027-02-12. Plain weekends need not be listed."
        ),
    )
    work = forms.CharField(
        label=_("Make-up working days"), widget=forms.Textarea({"rows": 2}), required=False, help_text=_("As above.")
    )
    source = forms.CharField(label=_("Basis"), max_length=200)

    def clean_rest(self) -> list[dt.date]:
        """The days off."""
        return _days(self.cleaned_data["rest"])

    def clean_work(self) -> list[dt.date]:
        """The make-up days."""
        return _days(self.cleaned_data["work"])


class HearingForm(RefusingForm):
    """From which sums a bureau offers a hearing, from a day on."""

    unit = forms.ModelChoiceField(label=_("Bureau"), queryset=Unit.objects.none(), empty_label=None)
    party = forms.ChoiceField(label=_("For"), choices=HearingThreshold.Party.choices)
    fine = forms.DecimalField(
        label=_("Fine from (CNY)"), max_digits=12, decimal_places=2, required=False,
        help_text=_("Both sums empty: no figure from that day on; a hearing is then always offered."),
    )  # fmt: skip
    confiscation = forms.DecimalField(
        label=_("Confiscation from (CNY)"), max_digits=12, decimal_places=2, required=False
    )  # fmt: skip
    valid_from = _day(_("Valid from"))
    article = forms.CharField(label=_("Article"), max_length=80, initial="行政处罚法 63")
    source = forms.CharField(label=_("Basis"), max_length=200, help_text=_("Name and number of the paper."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bureaus = Unit.objects.filter(kind__in=[UnitKind.CITY_BUREAU, UnitKind.DISTRICT_BUREAU])
        cast("forms.ModelChoiceField[Unit]", self.fields["unit"]).queryset = bureaus


class GoodsPriceForm(RefusingForm):
    """What goods of a kind are worth, from a day on."""

    goods = forms.ChoiceField(label=_("Goods"), choices=GoodsPrice.Goods.choices)
    per = forms.ChoiceField(
        label=_("Priced by"),
        choices=[(unit.value, capfirst(_(unit.zh))) for unit in Measure if unit in _BY_GOODS],
    )
    amount = forms.DecimalField(label=_("Price (CNY)"), max_digits=12, decimal_places=2)
    valid_from = _day(_("Valid from"))
    article = forms.CharField(
        label=_("Article"), max_length=80, required=False, help_text=_("For example 两高烟草解释 4(二).")
    )
    source = forms.CharField(label=_("Basis"), max_length=200, help_text=_("As the valuation form prints it."))
    certainty = forms.ChoiceField(label=_("Certainty"), choices=Certainty.choices, initial=Certainty.PRACTICE)


class ProductForm(RefusingForm):
    """What may be put right of a product."""

    brand = forms.CharField(label=_("Brand"), max_length=60, required=False)
    manufacturer = forms.CharField(label=_("Manufacturer"), max_length=120, required=False)
    price_class = forms.CharField(label=_("Price class"), max_length=10, required=False)
    packs_per_carton = forms.IntegerField(label=_("Packs a carton"), min_value=1, max_value=200, required=False)
    sticks_per_carton = forms.IntegerField(label=_("Sticks a carton"), min_value=1, max_value=2000, required=False)
    scarce = forms.BooleanField(label=_("Scarce"), required=False)
    listed = forms.BooleanField(label=_("In the catalogue"), required=False)
    source = forms.CharField(label=_("Basis"), max_length=200, help_text=_("The packing itself, or a paper's number."))


class CauseForm(RefusingForm):
    """What a case cause says from a day on."""

    name = forms.CharField(label=_("Cause"), max_length=120)
    english = forms.CharField(label=_("In English"), max_length=160, required=False)
    who = forms.CharField(label=_("Whom it is about"), max_length=120, required=False)
    violated = forms.CharField(
        label=_("Breaks"), widget=forms.Textarea({"rows": 2}), help_text=_("One citation a line: 实施条例 23(2).")
    )
    penalised = forms.CharField(label=_("Penalised by"), widget=forms.Textarea({"rows": 2}), required=False)
    min = forms.DecimalField(label=_("Fine from (share, 0.05 = 5 %)"), max_digits=6, decimal_places=4, required=False)
    max = forms.DecimalField(label=_("Fine up to (share)"), max_digits=6, decimal_places=4, required=False)
    base = forms.CharField(label=_("Share of what"), max_length=80, required=False)
    fixed_min = forms.DecimalField(label=_("Fine from (CNY)"), max_digits=12, decimal_places=2, required=False)
    fixed_max = forms.DecimalField(label=_("Fine up to (CNY)"), max_digits=12, decimal_places=2, required=False)
    optional = forms.BooleanField(label=_("The statute says may (可以)"), required=False)
    confiscate = forms.CharField(
        label=_("Confiscated"), max_length=200, required=False, help_text=_("违法所得, 违法物品; both separated by 、")
    )
    order = forms.CharField(
        label=_("What is ordered"), max_length=200, required=False, help_text=_("In the article's words: 责令关闭.")
    )
    warning = forms.ChoiceField(
        label=_("Warning"),
        choices=[("", _("None")), ("optional", _("May")), ("required", _("Must"))],
        required=False,
    )
    simple_procedure = forms.ChoiceField(label=_("On the spot"), choices=Simple.choices)
    certainty = forms.ChoiceField(label=_("Certainty"), choices=Certainty.choices)
    valid_from = _day(_("Valid from"), help_text=_("Cases of earlier days keep what stood then."))
    source = forms.CharField(label=_("Basis"), max_length=200, help_text=_("Name and number of the paper."))

    def clean_violated(self) -> tuple[str, ...]:
        """The citations, one a line."""
        return _lines(self.cleaned_data["violated"])

    def clean_penalised(self) -> tuple[str, ...]:
        """The citations, one a line."""
        return _lines(self.cleaned_data["penalised"])

    def clean_confiscate(self) -> tuple[str, ...]:
        """What is confiscated, each by itself."""
        return tuple(part.strip() for part in self.cleaned_data["confiscate"].split("、") if part.strip())


class NewCauseForm(CauseForm):
    """A cause of the bureau's own."""

    code = forms.CharField(
        label=_("Code"), max_length=3, help_text=_("A capital letter and two digits, for example R07.")
    )
    field_order = ("code",)


class RegisterForm(RefusingForm):
    """A file of licences and the districts that it makes complete."""

    file = forms.FileField(label=_("File"), help_text=_("XLSX or CSV with the columns of the licences table."))
    districts = forms.CharField(
        label=_("Complete districts"),
        required=False,
        help_text=_("Codes of the districts whose register is complete with this file, separated by blanks."),
    )
    complete_as_of = _day(_("Complete as of"), required=False)


class ReasonForm(RefusingForm):
    """Why somebody's full data is looked at."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _days(text: str) -> list[dt.date]:
    found: list[dt.date] = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        days = re.findall(r"\d{4}-\d{1,2}-\d{1,2}", line)
        if len(days) not in (1, 2):
            raise forms.ValidationError(f"看不懂“{line}”；请写成 2027-01-01，或 2027-02-05 至 2027-02-12。")
        try:
            first, last = (dt.date(*map(int, day.split("-"))) for day in (days[0], days[-1]))
        except ValueError:
            raise forms.ValidationError(f"“{line}”中有不存在的日期；请改正。") from None
        if not 0 <= (last - first).days <= 60:
            raise forms.ValidationError(f"“{line}”的起止不对；请核对先后。")
        found += [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]
    return found
