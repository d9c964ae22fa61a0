"""What typed words may be: barcodes, carton codes, numbers of people, licences and papers, phones, names. Pure.

One text may be several things: 4985 is the end of a barcode, of a phone, of a licence. Each room answers to its own.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

from django.utils.translation import gettext_noop as _

from zhuanmai.core import search
from zhuanmai.core.errors import Refused
from zhuanmai.core.masking import SHOWN_END
from zhuanmai.core.search import Reading, compact, end, spelled
from zhuanmai.reference import barcodes, identifiers

_CITIZEN, _USCC, _LICENCE, _PHONE = "citizen_id", "uscc", "retail_licence_no", "phone"
_PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,10}")
_ROW_1, _ROW_2 = re.compile(r"\d{16}"), re.compile(r"[A-Z]{4}\d{12}")
_HAN = r"[㐀-鿿]"
_CLUE = re.compile(rf"(?P<who>{_HAN}*)-?(?P<day>20\d{{6}})-?(?P<n>\d{{2,3}})")
_CLUES_OF = re.compile(rf"(?P<who>{_HAN}*)-?(?P<day>20\d\d(?:0[1-9]|1[0-2])(?:\d\d)?)-?")
_PAPER = re.compile(rf"(?P<word>{_HAN}*)〔?(?P<year>20\d\d)〕?年?-?(?P<th>第?)(?P<n>\d{{1,5}})(?P<no>号?)")
_PAPER_OF_ANY = re.compile(r"第?0*(?P<n>\d{1,5})号")

BARCODE, BARCODE_END = _("Barcode"), _("End of a barcode")
CODE_1, CODE_2 = _("Carton code, first row"), _("Carton code, second row")
CODE_END = _("End of a carton code")
ID, ID_END = _("Number of a person's paper"), _("End of a citizen's number")
PHONE, PHONE_END = _("Telephone"), _("End of a telephone number")
LICENCE, LICENCE_END = _("Licence number"), _("End of a licence number")
CREDIT_CODE = _("Unified social credit code")
NUMBER, NAME = _("Number of a case or a document"), _("Name or place")


def answering(*whats: str) -> Callable[[str], Sequence[Reading]]:
    """A `reads` of `core.search.Kind`: those of the readings that are one of these."""

    def reads(text: str) -> Sequence[Reading]:
        return [reading for reading in readings(text) if reading.what in whats]

    return reads


def numbers_of_people(found: Sequence[Reading]) -> list[Reading]:
    """Those of the readings that are a person's number, whole or its end: who is looked for by one is entered."""
    return [reading for reading in found if reading.what in ("id", "phone", "id_end", "phone_end")]


def names_a_person(found: Sequence[Reading]) -> bool:
    """Whether one of the readings is a person's whole number."""
    return any(reading.what in ("id", "phone") for reading in found)


@functools.lru_cache(maxsize=64)
def readings(text: str) -> tuple[Reading, ...]:
    """Everything that these words may be, whole things before parts: see the table in the tests."""
    plain = spelled(text)
    whole = [*_codes(plain), *_identifiers(plain)]
    numbers = _numbers(plain)
    ends = [
        *end(plain, "barcode_end", BARCODE_END, most=12),
        *end(plain, "licence_end", LICENCE_END, most=11),
        *end(plain, "phone_end", PHONE_END, most=SHOWN_END),
        *end(plain, "id_end", ID_END, most=SHOWN_END, last="X"),
        *end(plain, "code_end", CODE_END, most=11),
    ]
    is_code = bool(whole or numbers) and not re.search(_HAN, plain)
    names = [] if is_code or any(one.what == "number" for one in numbers) else search.name(plain, NAME)
    return (*whole, *numbers, *ends, *names)


def _codes(text: str) -> list[Reading]:
    """Barcodes with a right check digit; carton codes of one row or both."""
    found = []
    code = barcodes.clean(text)
    if barcodes.is_valid(code):
        found.append(Reading("barcode", code, BARCODE))
    signs = compact(text)
    if _ROW_1.fullmatch(signs[:16]) and (len(signs) == 16 or _ROW_2.fullmatch(signs[16:])):
        found.append(Reading("code_1", signs[:16], CODE_1))
    if _ROW_2.fullmatch(signs[-16:]) and (len(signs) == 16 or _ROW_1.fullmatch(signs[:-16])):
        found.append(Reading("code_2", signs[-16:], CODE_2))
    return found


def _identifiers(text: str) -> list[Reading]:
    """Numbers of people, businesses, licences and telephones whose form and check digit are right."""
    kinds = ((_LICENCE, "licence", LICENCE), (_CITIZEN, "id", ID), (_USCC, "credit_code", CREDIT_CODE),
             (_PHONE, "phone", PHONE))  # fmt: skip
    found = [Reading(what, value, words) for kind, what, words in kinds if (value := _valid(kind, text))]
    if _PASSPORT.fullmatch(text.upper()):
        found.append(Reading("id", text.upper(), ID))
    return found


def _valid(kind: str, text: str) -> str:
    try:
        return identifiers.TYPES[kind].validate(text).value
    except Refused:
        return ""


def _numbers(text: str) -> list[Reading]:
    """厦湖烟-20261130-01, without hyphens too, its beginning; 厦湖烟立〔2026〕第12号 in any brackets, its end."""
    plain = text.replace(" ", "")
    if found := _CLUE.fullmatch(plain):
        return [_number(found["who"], f"{found['who']}-{found['day']}-{found['n']}")]
    if found := _CLUES_OF.fullmatch(plain):
        return [Reading("number_part", f"{found['who']}-{found['day']}", NUMBER)]
    found = _PAPER.fullmatch(plain)
    if found and (found["word"] or found["th"] or found["no"] or "〔" in plain):
        return [_number(found["word"], f"{found['word']}〔{found['year']}〕第{int(found['n'])}号")]
    if found := _PAPER_OF_ANY.fullmatch(plain):
        return [Reading("number_part", f"第{found['n']}号", NUMBER)]
    return [Reading("number_part", plain, NUMBER)] if re.search(rf"{_HAN}〔20\d\d〕", plain) else []


def _number(whose: str, value: str) -> Reading:
    """A whole number where it begins with a bureau (…烟…), else the rest of one."""
    return Reading("number" if "烟" in whose else "number_part", value, NUMBER)
