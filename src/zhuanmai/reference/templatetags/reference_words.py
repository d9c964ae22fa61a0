"""Marks of prices and notes of terms, which are kept in Chinese, in the reader's language."""

from __future__ import annotations

import re

from django import template
from django.utils.translation import gettext as _

from zhuanmai.reference.prices import CARRIED_ON, DELISTED, UNPRICED

register = template.Library()
_PROVISIONAL = re.compile("暂计：(.+)年放假安排未录入")


@register.filter
def mark_words(mark: str) -> str:
    """The mark of a price: delisted, unpriced, or carried on from a catalogue (whose title stays as it is)."""
    if mark.startswith(CARRIED_ON):
        return _("Carried on from %(catalogue)s") % {"catalogue": mark.removeprefix(CARRIED_ON)}
    return {DELISTED: _("Left the catalogue"), UNPRICED: _("Unpriced")}.get(mark, mark)


@register.filter
def note_words(note: str) -> str:
    """Why a day is provisional; what somebody wrote stays as it is."""
    found = _PROVISIONAL.fullmatch(note)
    return _("Provisional: the holidays of %(years)s are not entered") % {"years": found[1]} if found else note
