"""What this room lets be found: products, and shops of the register (their holders only by who may see people)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_noop as _

from zhuanmai.core import search
from zhuanmai.core.clock import today
from zhuanmai.core.search import COUNTED, Asked, Finding, Found, Kind, Reading
from zhuanmai.reference import catalogue, licensees
from zhuanmai.reference.catalogue import Listed
from zhuanmai.reference.licensees import PEOPLE_TOO
from zhuanmai.reference.models import Licensee
from zhuanmai.reference.services import note_search
from zhuanmai.reference.standing import standing_of
from zhuanmai.reference.typed import answering


def _products(_officer: Any, asked: Asked) -> Found:
    """Products by a barcode or its end, part of the name, or pinyin initials; the best first."""
    found = catalogue.search(asked.text, today(), limit=COUNTED + 1)
    rows = [_product(one, asked) for one in found[: asked.most]]
    return Found(rows, len(found), f"{reverse('reference:products')}?{urlencode({'q': asked.text})}")


def _product(one: Listed, asked: Asked) -> Finding:
    why, code = _why(one, asked)
    price = f"¥{one.price.amount:,.2f}" if one.price.amount is not None else ""
    return Finding(
        heading=one.product.name,
        line=" · ".join(part for part in (code or one.carton_barcode, one.product.manufacturer, price) if part),
        href=reverse("reference:product", args=[one.product.pk]),
        why=why,
        mark=why.value,
        is_it=why.what == "barcode",
    )


def _why(one: Listed, asked: Asked) -> tuple[Reading, str]:
    """The reading that found a product, and the barcode that it found."""
    for reading in asked.readings:
        for code, _level in one.codes:
            if code == reading.value or (reading.what == "barcode_end" and code.endswith(reading.value)):
                return reading, code
    return asked.readings[-1], ""


def _licensees(officer: Any, asked: Asked) -> Found:
    """Shops by licence, credit code, name or address; by their holder only once the words are sent."""
    if asked.sent:
        note_search(actor=officer, words=asked.text)
    people = asked.sent and officer.may("reference.see_personal")
    found = search.keys(licensees.legs(asked.readings, people=people))
    first = list(found)[: asked.most]
    rows = Licensee.objects.in_bulk(first)
    href = f"{reverse('reference:licensees')}?{urlencode({'q': asked.text})}"
    return Found([_licensee(rows[key], found[key]) for key in first], len(found), href)


def _licensee(row: Licensee, why: Reading) -> Finding:
    holder = licensees.masked(row)["holder_name"]
    shown = (row.licence_no, holder, row.address, str(standing_of(row).words))
    return Finding(
        heading=row.shop_name or row.licence_no,
        line=" · ".join(part for part in shown if part),
        href=reverse("reference:licensee", args=[row.licence_no]),
        why=why,
        mark="" if why.what in PEOPLE_TOO and why.what != "name" else why.value,
    )


search.register(
    Kind(
        "product", _("Products"), _("Barcode or the last four digits of it, name, initials"), "barcode",
        ("reference.see",), 40, answering("barcode", "barcode_end", "name"), _products,
    )
)  # fmt: skip
search.register(
    Kind(
        "licensee", _("Register of licensees"),
        _("Licence number or the end of it, shop, address; holder, number or telephone for those who may see people"),
        "building", ("reference.see_register",), 30,
        answering("licence", "credit_code", "id", "phone", "licence_end", "id_end", "phone_end", "name"), _licensees,
    )
)  # fmt: skip
