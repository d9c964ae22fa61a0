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
from zhuanmai.reference.services.causes import CauseWords, set_cause
from zhuanmai.reference.services.figures import HEARING, set_goods_price, set_hearing_threshold
from zhuanmai.reference.services.products import ProductFacts, change_product
from zhuanmai.reference.services.register import load_register, note_search, see_licensee

__all__ = [
    "HEARING",
    "CatalogueHead",
    "CauseWords",
    "ProductFacts",
    "add_barcode",
    "apply_catalogue",
    "change_price",
    "change_product",
    "change_term",
    "clear_day",
    "discard_catalogue",
    "enter_year",
    "load_register",
    "note_search",
    "preview_catalogue",
    "see_licensee",
    "set_cause",
    "set_day",
    "set_goods_price",
    "set_hearing_threshold",
]
