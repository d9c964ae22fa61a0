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
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import pikepdf
import segno
import typst

from zhuanmai.core.clock import SHANGHAI
from zhuanmai.core.errors import FieldError, Refused
from zhuanmai.core.units import money_in_words
from zhuanmai.documents import catalogue, fields, fonts, pictures
from zhuanmai.documents.facts import CaseFacts
from zhuanmai.documents.fields import MissingField

_ALIASES = {"questioned": "party", "inspected_party": "party"}
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
    facts: CaseFacts,
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
    entry, body = catalogue.kind(kind), fields.body(kind, facts)
    number = number or facts.document.number
    lacking = fields.missing(kind, facts, number=number)
    slots = _slots(facts, signatures)
    opinions = _opinions(facts, signatures, entry)
    refusal = next((s.refusal for s in signatures if s.refusal), facts.refusal.reason if facts.refusal else None)
    pictured = {glyph.character: glyph.picture for glyph in facts.glyphs}
    printed = [body, number, opinions, refusal, [slot["words"] for slot in slots.values()]]
    undrawable = [c for c in fonts.undrawable(_texts(printed)) if c not in pictured]
    _refuse_too_long(entry.name, refusal, opinions, facts)
    if not preview:
        require_complete(entry.name, lacking, "生成")
        _require_glyphs(entry.name, undrawable)
    data = _frame(entry, facts) | {
        "facts": body | _late(kind, facts, signatures),
        "number": number,
        "preview": preview,
        "marks": sorted(marks or ()),
        "missing": {field.path: field.label for field in lacking},
        "slots": slots,
        "opinions": opinions,
        "refusal": refusal,
        "qr": _qr_code(qr_url) if qr_url else None,
        **_pictures(body, pictured, undrawable, kept),
    }
    pdf, boxes = _compile(kind, data, preview=preview)
    return Rendered(
        pdf=pdf,
        body_sha256=_digest(kind, body, None if entry.numbered_at_decision else number),
        page_count=max((box.page for box in boxes), default=1),
        missing=tuple(lacking),
        glyphs_missing=tuple(undrawable),
        boxes=tuple(boxes),
        template_version=template_version(kind),
    )


def body_sha256(kind: str, facts: CaseFacts, *, number: str | None = None) -> str:
    """The digest that signers sign, without rendering: the body's facts, number (unless taken later) and template."""
    late = catalogue.kind(kind).numbered_at_decision
    return _digest(kind, fields.body(kind, facts), None if late else number or facts.document.number)


@cache
def template_version(kind: str) -> str:
    """The digest of a template with the form library and field map it uses (12 hex digits)."""
    digest = hashlib.sha256()
    for path in sorted([*(fields.FORMS / "lib").glob("*.typ"), *(fields.FORMS / kind).glob("*")]):
        if path.suffix == ".typ" or path.name == "fields.json":
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _frame(entry: catalogue.Kind, facts: CaseFacts) -> dict[str, Any]:
    """What a document of this kind bears whatever it says: names, copies, day of the file, the amount in words."""
    amount = facts.penalty.amount if facts.penalty else None
    dated = facts.document.dated_on or facts.inspection.began_at or dt.date(2000, 1, 1)
    return {
        "kind": {
            "code": entry.code,
            "name": entry.name,
            "copies": entry.copies_line,
            "numbered": bool(entry.number_word),
            "remark": entry.code in ("D02", "D07"),
        },
        "unit": asdict(facts.unit),
        "dated": dated.strftime("%Y-%m-%d"),
        "amount-words": money_in_words(amount) if amount is not None else None,
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


def _require_glyphs(name: str, undrawable: list[str]) -> None:
    if undrawable:
        named = "、".join(f"“{character}”（U+{ord(character):04X}）" for character in undrawable)
        detail = f"《{name}》中的{named}字库没有字形，不能打印；请为该字上传字形图片后再生成。"
        raise Refused("glyph_missing", detail, extra={"characters": undrawable})


def _refuse_too_long(name: str, refusal: str | None, opinions: dict[str, str], facts: CaseFacts) -> None:
    """What goes into a box of fixed size must fit into it at a size that can still be read."""
    texts = [("拒签情况说明", "refusal.reason", refusal, 180), ("当事人意见", "party.remark", facts.party.remark, 80)]
    texts += [("审批意见", f"opinion.{role}", words, 120) for role, words in opinions.items() if role != "officers"]
    for label, path, words, longest in texts:
        if words and len(words) > longest:
            detail = f"《{name}》的{label}最多 {longest} 字，现有 {len(words)} 字；请删减后再生成。"
            raise Refused("text_too_long", detail, path)


def _slots(facts: CaseFacts, signatures: Sequence[Signature]) -> dict[str, dict[str, Any]]:
    """Which signature goes into which box: by role and, of the two officers, by name (else in the order they come)."""
    names = [officer.name for officer in facts.officers]
    slots: dict[str, dict[str, Any]] = {}
    for signature in signatures:
        role = _ALIASES.get(signature.role, signature.role)
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
            page = f"officer:{index}:page" if role == "officer" else "party:page"
            if role != "witness" or page not in slots or slots[page]["words"] == "拒绝签名":
                slots[page] = slot
    return slots


def _opinions(facts: CaseFacts, signatures: Sequence[Signature], entry: catalogue.Kind) -> dict[str, str]:
    """Opinions by role: what an approver signed stands before what the facts say."""
    found = {
        role: opinion.words
        for role in ("officers", *fields.APPROVERS)
        if (opinion := getattr(facts.opinion, role)) and opinion.words
    }
    found |= {s.role: s.opinion for s in signatures if s.opinion and s.role in entry.approvals}
    return found


def _late(kind: str, facts: CaseFacts, signatures: Sequence[Signature]) -> dict[str, Any]:
    """Facts that come after the body was signed and are printed all the same: the receipt of service (D40)."""
    if kind != "D40":
        return {}
    late: dict[str, Any] = fields.body(kind, facts).get("service") or {}
    everything = facts.to_json()["service"] or {}
    names = ("receiver", "at", "substitute", "refusal")
    late = late | {name: everything.get(name) for name in names}
    signer = next((s for s in signatures if s.role in ("receiver", "party") and s.at and not s.refusal), None)
    if signer and signer.at:
        late["receiver"] = late["receiver"] or signer.name
        late["at"] = late["at"] or signer.at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return {"service": late}


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


@cache
def _fonts() -> typst.Fonts:
    if gone := fonts.absent():
        raise Refused("fonts_missing", f"缺少文书字体 {'、'.join(gone)}；请运行 zhuanmai build 安装字体。", status=503)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts.FOLDER])


@cache
def _compiler(kind: str) -> tuple[typst.Compiler, threading.Lock]:
    template = fields.FORMS / kind / "template.typ"
    return typst.Compiler(template, root="/", font_paths=_fonts(), ignore_system_fonts=True), threading.Lock()


def _compile(kind: str, data: dict[str, Any], *, preview: bool) -> tuple[bytes, list[Box]]:
    """Compile and ask where the boxes are; one at a time for each template, for the compiler remembers its input."""
    compiler, lock = _compiler(kind)
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    with lock:
        pdf = compiler.compile(sys_inputs=inputs, pdf_standards=[] if preview else ["a-2b"], pdf_tags=not preview)
        found = json.loads(compiler.query("<zm-box>", field="value"))
    if not isinstance(pdf, bytes):
        raise TypeError("the compiler gave no PDF")
    boxes = [Box(**place) for place in found]
    return pdf, boxes + (list(_areas(pdf)) if preview else [])


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
