"""What is kept of a case: tables, constraints, triggers; nothing that decides."""

from __future__ import annotations

from zhuanmai.enforcement.models.acts import Registration
from zhuanmai.enforcement.models.cases import (
    REASONS,
    Case,
    CaseCause,
    CaseOfficer,
    Inspection,
    Party,
)
from zhuanmai.enforcement.models.evidence import EvidenceCopy, Photo, Questioning
from zhuanmai.enforcement.models.goods import CartonCodeRead, Goods, ItemLine, LineHistory, Sample

__all__ = [
    "REASONS",
    "CartonCodeRead",
    "Case",
    "CaseCause",
    "CaseOfficer",
    "EvidenceCopy",
    "Goods",
    "Inspection",
    "ItemLine",
    "LineHistory",
    "Party",
    "Photo",
    "Questioning",
    "Registration",
    "Sample",
]
