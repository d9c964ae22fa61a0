"""What can be done in this room: each function one use case, one transaction, one entry on the ledger."""

from zhuanmai.reference.services.calendar import change_term, clear_day, enter_year, set_day
from zhuanmai.reference.services.catalogues import (
    CatalogueHead,
    add_barcode,
    apply_catalogue,
    change_price,
    discard_catalogue,
    preview_catalogue,
)
from zhuanmai.reference.services.register import load_register, see_licensee

__all__ = [
    "CatalogueHead",
    "add_barcode",
    "apply_catalogue",
    "change_price",
    "change_term",
    "clear_day",
    "discard_catalogue",
    "enter_year",
    "load_register",
    "preview_catalogue",
    "see_licensee",
    "set_day",
]
