"""Facts to paper (文书生成): Typst templates filled with facts, as PDF/A-2b, the same bytes for the same input.

Signatures, opinions, refusals, number and QR code go into boxes of fixed size, so that the body does not move between
the unsigned and the sealed file. `boxes` says where the seal, the code and the signatures are, and in a preview where
each fact is printed, so that a click on the paper leads to it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pikepdf
import segno

from zhuanmai.core.clock import SHANGHAI
from zhuanmai.core.errors import FieldError, Refused
from zhuanmai.documents import catalogue, fields, fonts, pictures
from zhuanmai.documents.facts import Facts
from zhuanmai.documents.fields import MissingField
from zhuanmai.documents.papers import Kind
from zhuanmai.documents.typesetting import template_version, typeset

_PAGE_SIGNERS = ("officer", "party", "witness")


@dataclass(frozen=True)
class Signature:
    """What goes into a signature's box: the drawing (PNG) or the signer's name; with a refusal, its words.

    `role` as in the catalogue (officer, party, witness, provider, receiver, server, questioned, valuer, and the
    approvers); `name` finds which of the two officers it is. `opinion` is an approver's words. `on_paper`: signed by
    hand on the printed paper.
    """

    role: str
    name: str
    at: dt.datetime | None = None
    drawing: bytes | None = None
    opinion: str | None = None
    refusal: str | None = None
    on_paper: bool = False


@dataclass(frozen=True)
class Box:
    """A place on the paper in points from the page's upper left corner; `page` counts from 1.

    `what`: seal, qr, signature (`role`: officer:0, party:0, party:page …), refusal, field (`path` of the fact).
    """

    what: str
    page: int
    x: float
    y: float
    width: float
    height: float
    role: str | None = None
    path: str | None = None

    def on_pdf(self, page_height: float = 841.89) -> tuple[float, float, float, float]:
        """The same place as PDF measures it, from the lower left corner: (left, bottom, right, top)."""
        top = page_height - self.y
        return self.x, top - self.height, self.x + self.width, top


@dataclass(frozen=True)
class Rendered:
    """A rendered document. `body_sha256` is over the unsigned body's facts and the template, not over the file."""

    pdf: bytes
    body_sha256: str
    page_count: int
    missing: tuple[MissingField, ...]
    glyphs_missing: tuple[str, ...]
    boxes: tuple[Box, ...]
    template_version: str

    def places(self, what: str) -> list[Box]:
        """The boxes of one kind, in the order of the pages."""
        return [box for box in self.boxes if box.what == what]


def render(
    kind: str,
    facts: Facts,
    *,
    number: str | None = None,
    signatures: Sequence[Signature] = (),
    qr_url: str | None = None,
    preview: bool = False,
    marks: Collection[str] | None = None,
    kept: Mapping[str, bytes] | None = None,
) -> Rendered:
    """Render one document. `number` overrides the facts' number; `marks` are paths to highlight in a preview.

    `kept` holds pictures by digest; others are loaded from the kept files. In a preview what is missing is amber and
    the fields can be clicked. Otherwise raises Refused: document_incomplete (a fact is missing; `errors` names each),
    glyph_missing (a character has no glyph in the fonts and no picture; `extra["characters"]`).
    """
    entry, number = catalogue.kind(kind), number or facts.document.number
    lacking = fields.missing(kind, facts, number=number)
    said = _said(entry, facts, number, signatures)
    pictured = {glyph.character: glyph.picture for glyph in facts.glyphs}
    undrawable = _undrawable(said, pictured)
    _refuse_too_long(entry, said["refusal"], said["opinions"], facts)
    if not preview:
        require_complete(entry.name, lacking, "生成")
        _require_glyphs(entry.name, undrawable)
    data = said | {
        "preview": preview,
        "marks": sorted(marks or ()),
        "missing": {field.path: field.label for field in lacking},
        "qr": _qr_code(qr_url) if qr_url else None,
        **_pictures(said["facts"], pictured, undrawable, kept),
    }
    pdf, found = typeset(kind, data, preview=preview)
    boxes = [Box(**place) for place in found] + (list(_areas(pdf)) if preview else [])
    return Rendered(
        pdf=pdf,
        body_sha256=body_sha256(kind, facts, number=number),
        page_count=max((box.page for box in boxes), default=1),
        missing=tuple(lacking),
        glyphs_missing=tuple(undrawable),
        boxes=tuple(boxes),
        template_version=template_version(kind),
    )


def require_printable(kind: str, facts: Facts, signatures: Sequence[Signature]) -> None:
    """Raise Refused for what sealing would refuse of these signatures: text_too_long, glyph_missing.

    The same rules are asked when somebody signs, so that nothing stands signed that cannot be printed.
    """
    entry = catalogue.kind(kind)
    said = _said(entry, facts, None, signatures)
    _refuse_too_long(entry, said["refusal"], said["opinions"], facts, "签署")
    _require_glyphs(entry.name, _undrawable(said, {glyph.character for glyph in facts.glyphs}), "换用其他字后再签署")


def is_same_paper(kind: str, facts: Facts, other: Facts, *, number: str | None = None) -> bool:
    """Whether both facts give the same file and ask for the same before the seal: then it need not be made again."""
    entry, two = catalogue.kind(kind), (facts, other)
    mine, theirs = (_said(entry, one, number or one.document.number, ()) for one in two)
    lacks, lacked = (fields.missing(kind, one, number=number, final=True) for one in two)
    there, were_there = (entry.papers.presence(one.to_json()) for one in two)
    return (mine, facts.glyphs, lacks, there) == (theirs, other.glyphs, lacked, were_there)


def body_sha256(kind: str, facts: Facts, *, number: str | None = None) -> str:
    """The digest that signers sign, without rendering: the body's facts, number (unless taken later) and template."""
    late = catalogue.kind(kind).numbered_at_decision
    return _digest(kind, fields.body(kind, facts), None if late else number or facts.document.number)


def _said(entry: Kind, facts: Facts, number: str | None, signatures: Sequence[Signature]) -> dict[str, Any]:
    """All that the paper says: facts, number, opinions, signatures, and the frame that it bears whatever it says."""
    late = entry.papers.late(entry.code, facts, signatures)
    return entry.papers.frame(facts) | {
        "kind": {
            "code": entry.code,
            "name": entry.name,
            "copies": entry.copies_line,
            "numbered": bool(entry.number_word),
            "remark": "party.remark" in catalogue.form(entry.code).paths,
        },
        "unit": asdict(facts.unit),
        "dated": (facts.day or dt.date(2000, 1, 1)).isoformat(),
        "facts": fields.body(entry.code, facts) | late,
        "number": number,
        "slots": _slots(entry, facts, signatures),
        "opinions": _opinions(facts, signatures, entry),
        "refusal": next((s.refusal for s in signatures if s.refusal), facts.refusal.reason if facts.refusal else None),
    }


def _digest(kind: str, body: dict[str, Any], number: str | None) -> str:
    signed = {"kind": kind, "template": template_version(kind), "number": number, "facts": body}
    text = json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def require_complete(name: str, lacking: Sequence[MissingField], what_for: str) -> None:
    """Raise Refused (document_incomplete) that names each missing field and its fact. `what_for`: 生成, 封签."""
    if lacking:
        words = "、".join(field.label for field in lacking[:6]) + ("等" if len(lacking) > 6 else "")
        errors = tuple(FieldError(field.path, "missing", f"请填写{field.label}。") for field in lacking)
        detail = f"《{name}》还缺 {len(lacking)} 项：{words}。请补齐后再{what_for}。"
        raise Refused("document_incomplete", detail, lacking[0].path, errors)


def _undrawable(said: dict[str, Any], pictured: Collection[str]) -> list[str]:
    """The characters of what a paper says that neither a font nor a picture can draw."""
    printed = [said[name] for name in ("facts", "number", "opinions", "refusal")]
    words = [slot["words"] for slot in said["slots"].values()]
    return [c for c in fonts.undrawable(_texts([printed, words])) if c not in pictured]


def _require_glyphs(name: str, undrawable: list[str], what_to_do: str = "为该字上传字形图片后再生成") -> None:
    if undrawable:
        named = "、".join(f"“{character}”（U+{ord(character):04X}）" for character in undrawable)
        detail = f"《{name}》中的{named}字库没有字形，不能打印；请{what_to_do}。"
        raise Refused("glyph_missing", detail, extra={"characters": undrawable})


def _refuse_too_long(
    entry: Kind, refusal: str | None, opinions: dict[str, str], facts: Facts, what_for: str = "生成"
) -> None:
    """What goes into a box of fixed size must fit into it at a size that can still be read."""
    texts = [("拒签情况说明", "refusal.reason", refusal, 180), *entry.papers.limits(facts)]
    texts += [("审批意见", f"opinion.{role}", words, 120) for role, words in opinions.items() if role != "officers"]
    for label, path, words, longest in texts:
        if words and len(words) > longest:
            detail = f"《{entry.name}》的{label}最多 {longest} 字，现有 {len(words)} 字；请删减后再{what_for}。"
            raise Refused("text_too_long", detail, path)


def _slots(entry: Kind, facts: Facts, signatures: Sequence[Signature]) -> dict[str, dict[str, Any]]:
    """Which signature goes into which box: by role and, of the two officers, by name (else in the order they come)."""
    names = [officer.name for officer in facts.officers]
    slots: dict[str, dict[str, Any]] = {}
    for signature in signatures:
        role = entry.papers.aliases.get(signature.role, signature.role)
        pair = role in ("officer", "server")
        index = names.index(signature.name) if pair and signature.name in names[:2] else 0
        while pair and f"{role}:{index}" in slots and index < 1:
            index += 1
        words = "拒绝签名" if signature.refusal else "见纸质签名" if signature.on_paper else signature.name
        slot = {
            "words": words,
            "drawing": pictures.drawing(signature.drawing) if signature.drawing else None,
            "day": signature.at.astimezone(SHANGHAI).date().isoformat() if signature.at else None,
        }
        slots[f"{role}:{index}"] = slot
        if role in _PAGE_SIGNERS:
            slots[f"officer:{index}:page" if role == "officer" else f"{role}:page"] = slot
    if signatures and entry.papers.presence(facts.to_json()).absent:
        nobody = {"words": "不在场", "drawing": None, "day": None}
        slots = {"party:0": nobody, "party:page": nobody} | slots
    return slots


def _opinions(facts: Facts, signatures: Sequence[Signature], entry: Kind) -> dict[str, str]:
    """Opinions by role: what an approver signed stands before what the facts say."""
    found = {
        role: opinion.words
        for role in ("officers", *entry.papers.approvers)
        if (opinion := getattr(facts.opinion, role, None)) and opinion.words
    }
    found |= {s.role: s.opinion for s in signatures if s.opinion and s.role in entry.approvals}
    return found


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from _texts(part)
        case list() | tuple():
            for part in value:
                yield from _texts(part)


def _pictures(
    body: dict[str, Any], pictured: dict[str, str], undrawable: list[str], kept: Mapping[str, bytes] | None
) -> dict[str, Any]:
    """Where the pictures lie that the body shows, and those that stand for characters."""
    shown = {digest for digest in _picture_digests(body) if digest}
    glyphs: dict[str, str | None] = {c: pictures.file(digest, kept) for c, digest in pictured.items()}
    glyphs |= dict.fromkeys(undrawable)
    pattern = "[" + "".join(re.escape(character) for character in glyphs) + "]" if glyphs else "\\z."
    return {
        "pictures": {digest: pictures.file(digest, kept) for digest in sorted(shown)},
        "pictured": glyphs,
        "pictured-pattern": pattern,
    }


def _picture_digests(value: Any) -> Iterator[str | None]:
    match value:
        case dict():
            for name, part in value.items():
                if name == "picture":
                    yield part
                else:
                    yield from _picture_digests(part)
        case list():
            for part in value:
                yield from _picture_digests(part)


def _qr_code(url: str) -> str:
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", xmldecl=False, border=1)
    return out.getvalue().decode()


def _areas(pdf: bytes) -> Iterator[Box]:
    """The click areas of a preview: links `zm:path`, one rectangle a line of text."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for number, page in enumerate(document.pages, start=1):
            height = float(page.mediabox[3])
            for annotation in page.obj.get("/Annots", pikepdf.Array()):
                address = str(annotation["/A"]["/URI"]) if "/A" in annotation else ""
                if address.startswith("zm:"):
                    left, bottom, right, top = (float(part) for part in annotation["/Rect"])
                    path = address.removeprefix("zm:")
                    yield Box("field", number, left, height - top, right - left, top - bottom, path=path)
