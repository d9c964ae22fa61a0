"""Business types of retailers (业态), in words; the codes are those of the lake's licences."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

BUSINESS = {
    "grocery": _("Grocery"),
    "convenience": _("Convenience store"),
    "supermarket": _("Supermarket"),
    "mall": _("Mall"),
    "tobacco_liquor": _("Tobacco and liquor"),
    "hospitality": _("Hospitality"),
    "other": _("Other"),
}
