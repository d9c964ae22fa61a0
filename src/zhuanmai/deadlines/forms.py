"""Forms of the room: they only take input apart; the services say what is right."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhuanmai.deadlines.services import MAX_REASON
from zhuanmai.reference.forms import RefusingForm


class CloseForm(RefusingForm):
    """What was done, in words."""

    reason = forms.CharField(label=_("What was done"), max_length=MAX_REASON, help_text=_("For example the receipt."))
