"""An independent reader: gets only case.json, expected.json and the PDFs, and says which facts it finds printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pypdfium2


@dataclass(frozen=True)
class Check:
    """One fact that a document must print: which document, which words, whether they are there."""

    code: str
    words: str
    found: bool


def text_of(pdf: bytes) -> str:
    """All text of a PDF, white space removed (a hair space between Han and Latin is no difference)."""
    document = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s+", "", "".join(page.get_textpage().get_text_bounded() for page in document))


def read(case: dict[str, Any], expected: dict[str, Any], pdfs: dict[str, list[bytes]]) -> list[Check]:
    """Every fact of the case, looked for on every document that has to print it."""
    texts = {code: "".join(map(text_of, files)) for code, files in pdfs.items()}
    wanted: list[tuple[str, str]] = []
    party, officers = case["party"], case["officers"]
    for code in ("D02", "D03", "D04", "D05", "D08"):
        wanted += [(code, party["name"]), (code, party["id_no"])]
    for code in ("D02", "D04", "D05", "D42", "D64"):
        wanted += [(code, one["name"]) for one in officers] + [(code, one["certificate_no"]) for one in officers]
    wanted += [("D02", case["place"]["address"]), ("D08", case["place"]["address"]), ("D02", party["address"])]
    wanted += [("D03", case["registration"]["reason"]), ("D04", case["registration"]["storage_place"])]
    for line in [*expected["lines"], *expected["unknown_lines"]]:
        wanted += [("D64", line["name"]), ("D13", line["name"])]
    for line in expected["lines"]:
        wanted += [("D13", money(line["value_cny"]))]
    wanted += [(one["code"], words) for one in expected["documents"] for words in one["must_contain"]]
    return [
        Check(code, words, re.sub(r"\s+", "", words) in texts[code])
        for code, words in dict.fromkeys(wanted)
        if code in texts
    ]


def money(amount: str) -> str:
    """A sum as the valuation sheet prints it."""
    return f"{float(amount):,.2f}"
