"""Document numbers: 厦湖烟存通〔2026〕第12号 — one series a unit, word and year, gapless, under an advisory lock.

Prevents: two documents with one number, and gaps that nobody can explain. Does not prevent: a number that is taken
and then not issued; that is why such a number is voided with its reason.
"""

from __future__ import annotations

import uuid
import zlib

from django.db import connection
from django.db.models import Max

from zhuanmai.accounts.models import Unit
from zhuanmai.documents.models import IssuedNumber

_SPACE = 0x6E756D62  # "numb"


def number_text(abbreviation: str, word: str, year: int, n: int) -> str:
    """The printed form: ⟨省市简称⟩烟⟨word⟩〔⟨year⟩〕第⟨n⟩号."""
    return f"{abbreviation}{word}〔{year}〕第{n}号"


def reserve(*, unit: Unit, word: str, year: int, document_id: uuid.UUID) -> IssuedNumber:
    """Take the next number of a series in the running transaction; others wait for its end."""
    key = zlib.crc32(f"{unit.pk}/{word}/{year}".encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [_SPACE, key])
    last = IssuedNumber.objects.filter(unit=unit, word=word, year=year).aggregate(n=Max("n"))["n"] or 0
    text = number_text(unit.abbreviation, word, year, last + 1)
    return IssuedNumber.objects.create(unit=unit, word=word, year=year, n=last + 1, text=text, document_id=document_id)


def gaps(unit: Unit, word: str, year: int) -> list[int]:
    """Numbers below the last one that nothing explains; empty unless somebody went around the rules."""
    taken = set(IssuedNumber.objects.filter(unit=unit, word=word, year=year).values_list("n", flat=True))
    return [n for n in range(1, max(taken, default=0)) if n not in taken]
