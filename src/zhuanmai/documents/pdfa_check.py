"""What makes a sealed file last (PDF/A-2b, ISO 19005-2): our own list, looked for in every object of the file.

No validator is to be had as a package, so this is not one: it checks what a renderer, a stamp or a signature could
break. Every object is walked, reachable or not, so that appearances and later increments are seen too.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

_ACTIONS = {"/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/Rendition", "/Trans",
            "/SetOCGState", "/GoTo3DView"}  # fmt: skip
_ANNOTATIONS = {"/Sound", "/Movie", "/Screen", "/3D", "/FileAttachment"}
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW, _TOGGLE = 1, 2, 4, 32, 256
_DEEPEST = 40


def faults(pdf: bytes) -> list[str]:
    """What keeps a file from being PDF/A-2b, by our list; empty when nothing was found."""
    try:
        document = pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PdfError as error:
        return [f"文件打不开（{type(error).__name__}）"]
    with document:
        found = [*_file(document), *_metadata(document), *_intents(document), *_catalogue(document)]
        for held in document.objects:
            found += _walk(held, 0)
    return list(dict.fromkeys(found))


def _file(document: Pdf) -> Iterator[str]:
    if document.is_encrypted or "/Encrypt" in document.trailer:
        yield "文件加密"
    if "/ID" not in document.trailer:
        yield "文件没有标识（ID）"
    if document.pdf_version > "1.7":
        yield f"文件版本 {document.pdf_version} 高于 1.7"


def _metadata(document: Pdf) -> Iterator[str]:
    """The XMP packet says part 2 and conformance B (or what includes it)."""
    if not isinstance(document.Root.get("/Metadata"), Stream):
        yield "没有 XMP 元数据"
        return
    try:
        status = document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False, strict=True).pdfa_status
    except (ValueError, SyntaxError):
        yield "XMP 元数据不是 XML"
        return
    if status not in ("2B", "2U", "2A"):
        yield f"XMP 没有写明 PDF/A-2b（写的是 {status or '无'}）"


def _intents(document: Pdf) -> Iterator[str]:
    intents = [one for one in document.Root.get("/OutputIntents", Array()) if one.get("/S") == Name.GTS_PDFA1]
    if not intents:
        yield "没有输出意图（OutputIntent）"
    elif not all(isinstance(one.get("/DestOutputProfile"), Stream) for one in intents):
        yield "输出意图没有色彩特性文件"


def _catalogue(document: Pdf) -> Iterator[str]:
    root = document.Root
    if "/AA" in root:
        yield "文件带自动动作（AA）"
    names = root.get("/Names", Dictionary())
    if "/JavaScript" in names:
        yield "文件带 JavaScript"
    if "/EmbeddedFiles" in names:
        yield "文件带附件"
    form = root.get("/AcroForm")
    if form is not None and form.get("/NeedAppearances", False):
        yield "表单要求阅读器自行绘制（NeedAppearances）"
    if form is not None and "/XFA" in form:
        yield "表单为 XFA"


def _walk(held: Any, depth: int) -> Iterator[str]:
    """What is wrong with an object and with what lies directly in it (others are visited on their own)."""
    if isinstance(held, Dictionary | Stream):
        if isinstance(held, Stream):
            yield from _stream(held)
        yield from _dictionary(held)
        parts = [part for _, part in (held.stream_dict if isinstance(held, Stream) else held).items()]
    elif isinstance(held, Array):
        parts = list(held)
    else:
        return
    for part in parts:
        if depth < _DEEPEST and isinstance(part, Object) and not part.is_indirect:
            yield from _walk(part, depth + 1)


def _dictionary(held: Object) -> Iterator[str]:
    kind, subtype = str(held.get("/Type", "")), str(held.get("/Subtype", ""))
    if "/JS" in held or (str(held.get("/S", "")) in _ACTIONS):
        yield f"带动作 {str(held.get('/S', '/JavaScript'))[1:]}"
    if kind == "/Font" or subtype in ("/Type0", "/TrueType", "/Type1", "/CIDFontType0", "/CIDFontType2"):
        yield from _font(held, subtype)
    if "/Rect" in held and subtype:
        yield from _annotation(held, subtype)
    if str(held.get("/BM", "/Normal")) == "/Compatible" and kind == "/ExtGState":
        yield "图形状态用了 Compatible 混合模式"


def _font(held: Object, subtype: str) -> Iterator[str]:
    if subtype in ("/Type0", "/Type3"):
        return  # a Type0's descendant is visited on its own; a Type3 font is its own drawing
    descriptor = held.get("/FontDescriptor")
    if descriptor is None or not any(name in descriptor for name in _FONT_FILES):
        yield f"字体 {str(held.get('/BaseFont', '?'))[1:]} 没有嵌入"


def _annotation(held: Object, subtype: str) -> Iterator[str]:
    if subtype in _ANNOTATIONS:
        yield f"带批注 {subtype[1:]}"
        return
    if subtype == "/Popup":
        return
    flags = int(held.get("/F", 0))
    if not flags & _PRINT or flags & (_INVISIBLE | _HIDDEN | _NO_VIEW | _TOGGLE):
        yield f"批注 {subtype[1:]} 不打印或被隐藏"
    left, bottom, right, top = (float(edge) for edge in held["/Rect"])
    empty = left == right or bottom == top
    appearance = held.get("/AP")
    if appearance is None and not empty and subtype != "/Link":
        yield f"批注 {subtype[1:]} 没有外观"
    if appearance is not None and set(appearance.keys()) - {"/N"}:
        yield f"批注 {subtype[1:]} 的外观不只一种"


def _stream(held: Stream) -> Iterator[str]:
    described = held.stream_dict
    if "/F" in described:
        yield "内容放在文件之外"
    filters = described.get("/Filter", Array())
    names = [str(one) for one in filters] if isinstance(filters, Array) else [str(filters)]
    if "/LZWDecode" in names or "/Crypt" in names:
        yield f"用了不允许的压缩 {'、'.join(name[1:] for name in names)}"
    if described.get("/Subtype") == Name.PS:
        yield "带 PostScript"
