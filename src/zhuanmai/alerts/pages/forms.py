"""Forms of the alerts' pages: to whom, with whom, what was found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.alerts.models import Alert
from zhuanmai.reference.forms import RefusingForm


class AssignForm(RefusingForm):
    """Which squad, and why another one than the system's."""

    squad = forms.ChoiceField(label=_("Squad"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, squads: list[Unit], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["squad"].choices = [(str(unit.pk), unit.name) for unit in squads]  # type: ignore[attr-defined]


class InspectForm(RefusingForm):
    """The second officer of the visit (行政处罚法 42)."""

    partner = forms.ChoiceField(label=_("Second officer"))

    def __init__(self, partners: list[Officer], data: Any = None) -> None:
        super().__init__(data)
        self.fields["partner"].choices = [(str(one.pk), one.name) for one in partners]  # type: ignore[attr-defined]


class RecordForm(RefusingForm):
    """What the visit found."""

    outcome = forms.ChoiceField(
        label=_("What the visit found"), choices=Alert.Outcome, widget=forms.RadioSelect({"class": "form-check-input"})
    )
    case_no = forms.CharField(
        label=_("Number of the case"), max_length=60, required=False, help_text=_("Only when a case was filed.")
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
