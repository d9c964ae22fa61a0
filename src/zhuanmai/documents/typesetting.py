"""Templates to files (排版): Typst compiles a form of a room with the library that all rooms share.

A form imports `../lib/form.typ` (shared) and what its room puts beside it in its own `lib/`. Both are laid together in
a folder of this process, so that a form reads the same wherever its room keeps it, and its digest stays the same.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import shutil
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Any

import typst

from zhuanmai.core.errors import Refused
from zhuanmai.documents import catalogue, fonts
from zhuanmai.documents.papers import BASE_LIB


def template_version(kind: str) -> str:
    """The digest of a template with the form library and field map it uses (12 hex digits)."""
    return _version(catalogue.kind(kind).papers.forms, kind)


@cache
def _version(folder: Path, kind: str) -> str:
    forms = _laid_out(folder)
    digest = hashlib.sha256()
    for path in sorted([*(forms / "lib").glob("*.typ"), *(forms / kind).glob("*")]):
        if path.suffix == ".typ" or path.name == "fields.json":
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def typeset(kind: str, data: dict[str, Any], *, preview: bool) -> tuple[bytes, list[dict[str, Any]]]:
    """The file, and what its `<zm-box>` marks say; one at a time for each template: the compiler remembers its input.

    Raises Refused (fonts_missing), RuntimeError with the compiler's words where the template fails.
    """
    compiler, lock = _compiler(catalogue.kind(kind).papers.forms, kind)
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    with lock:
        pdf = compiler.compile(sys_inputs=inputs, pdf_standards=[] if preview else ["a-2b"], pdf_tags=not preview)
        found: list[dict[str, Any]] = json.loads(compiler.query("<zm-box>", field="value"))
    if not isinstance(pdf, bytes):
        raise TypeError("the compiler gave no PDF")
    return pdf, found


@cache
def _laid_out(forms: Path) -> Path:
    """A room's forms and libraries in one folder, beside what all rooms share."""
    folder = Path(tempfile.mkdtemp(prefix="zhuanmai-forms-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for part in (BASE_LIB.parent, forms):
        shutil.copytree(part, folder, dirs_exist_ok=True)
    return folder


@cache
def _fonts() -> typst.Fonts:
    if gone := fonts.absent():
        raise Refused("fonts_missing", f"缺少文书字体 {'、'.join(gone)}；请运行 zhuanmai build 安装字体。", status=503)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts.FOLDER])


@cache
def _compiler(folder: Path, kind: str) -> tuple[typst.Compiler, threading.Lock]:
    template = _laid_out(folder) / kind / "template.typ"
    return typst.Compiler(template, root="/", font_paths=_fonts(), ignore_system_fonts=True), threading.Lock()
