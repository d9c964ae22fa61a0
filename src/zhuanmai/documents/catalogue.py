"""The catalogue of documents (文书目录) of all rooms: a kind by its code, which is one room's only."""

from __future__ import annotations

from zhuanmai.core.errors import NotFound
from zhuanmai.documents import subjects
from zhuanmai.documents.papers import FormSpec, Kind


def kinds() -> dict[str, Kind]:
    """All kinds by code, room by room, each in the order of its catalogue."""
    return {code: kind for one in subjects.subjects() for code, kind in one.papers.kinds.items()}


def kind(code: str) -> Kind:
    """The kind with this code. Raises NotFound (document_kind_unknown)."""
    for one in subjects.subjects():
        if code in one.papers.kinds:
            return one.papers.kinds[code]
    raise NotFound("document_kind_unknown", f"文书目录中没有编码为 {code} 的文书。")


def form(code: str) -> FormSpec:
    """The field map of a form. Raises NotFound (document_kind_unknown; form_unknown without a template)."""
    found = kind(code).form
    if found is None:
        raise NotFound("form_unknown", f"文书 {code} 尚无模板，不能生成。")
    return found
