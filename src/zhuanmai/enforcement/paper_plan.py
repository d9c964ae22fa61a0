"""Which papers a case needs now: the words of `data/paper_plan.json`, each as a question to the case's rows."""

from __future__ import annotations

from pathlib import Path

from zhuanmai.documents.plan import Plan, rows_of
from zhuanmai.enforcement.case_papers import PAPERS
from zhuanmai.enforcement.case_rows import CaseRows
from zhuanmai.enforcement.decided import is_decided

LONG_LIST = 12
_FILE = Path(__file__).resolve().parent / "data" / "paper_plan.json"


def _on_the_spot(rows: CaseRows) -> bool:
    return is_decided(rows.case)


def _corrects(rows: CaseRows) -> bool:
    return bool((rows.case.correction or {}).get("what"))


def _is_registered(rows: CaseRows) -> bool:
    return rows.registration is not None


PLAN: Plan[CaseRows] = Plan(
    rows_of(_FILE),
    conditions={
        "decided on the spot": _on_the_spot,
        "not decided on the spot": lambda rows: not _on_the_spot(rows),
        "not on the short path": lambda rows: not (rows.case.simple or {}).get("facts"),
        "reported": lambda rows: bool(rows.visit.report),
        "goods registered": _is_registered,
        "goods found": lambda rows: bool(rows.lines),
        "long list of goods": lambda rows: len(rows.lines) > LONG_LIST,
        "goods disposed of": lambda rows: any(line.outcome for line in rows.lines),
        "samples taken": lambda rows: bool(rows.samples),
        "party present": lambda rows: rows.visit.party_present is not False,
        "cause chosen": lambda rows: bool(rows.causes),
        "correction ordered": _corrects,
        "photographs taken": lambda rows: bool(rows.photos),
        "address for service given": lambda rows: bool((rows.case.service or {}).get("address")),
        "something to serve": lambda rows: _is_registered(rows) or _corrects(rows) or _on_the_spot(rows),
    },
    sources={
        "evidence": lambda rows: [str(one.pk) for one in rows.evidence],
        "questionings": lambda rows: [str(one.pk) for one in rows.questionings],
    },
    codes=[code for code, kind in PAPERS.kinds.items() if kind.printed],
)
