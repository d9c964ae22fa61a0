"""Roles, and the kinds of objects on the ledger, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Role

register = template.Library()


_OBJECTS = {
    "backup": _("Backup"),
    "bureau": _("Unit"),
    "calendar_year": _("Calendar"),
    "case": _("Case"),
    "day": _("Calendar"),
    "deadline": _("Deadline"),
    "delegation": _("Delegation"),
    "document": _("Document"),
    "evidence": _("Evidence"),
    "grant": _("Role"),
    "import": _("Import"),
    "job": _("Job"),
    "key": _("Key"),
    "lake": _("Data lake"),
    "ledger": _("Ledger"),
    "licensee": _("Licensee"),
    "line": _("Goods"),
    "list": _("List"),
    "message": _("Message"),
    "officer": _("Staff member"),
    "operation": _("Operation"),
    "page": _("Page"),
    "partner": _("Partner"),
    "party": _("Party"),
    "photo": _("Photograph"),
    "price_catalogue": _("Price catalogue"),
    "product": _("Product"),
    "questioning": _("Questioning"),
    "register": _("Register of licensees"),
    "setting": _("System settings"),
    "shipped": _("Reference data"),
    "signing": _("Signing"),
    "term": _("Deadline"),
    "alert": _("Alert"),
    "reconciliation": _("Reconciliation"),
    "run": _("Study of the data"),
    "cause": _("Cause"),
    "hearing": _("Threshold of hearings"),
    "goods_price": _("Price of goods in cases"),
    "deadlines": _("Deadlines"),
    "exchange": _("Exchange"),
    "fieldlog": _("Field log"),
}


@register.filter
def object_words(kind: str) -> str:
    """What an entry of the ledger is about; a kind without a word stays as it is."""
    return str(_OBJECTS.get(kind.rpartition(".")[2], kind))


@register.filter
def role_words(role: str) -> str:
    """A role's name in the reader's language."""
    return str(Role(role).label)
