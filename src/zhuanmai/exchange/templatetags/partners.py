"""What is exchanged with partners, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()
_KINDS = {"case": _("case facts"), "items": _("goods of the case"), "document": _("sealed document")}


@register.filter
def message_kind(kind: str) -> str:
    """A message's kind in the reader's language; one that is not of the protocol as it is."""
    return str(_KINDS.get(kind, kind))
