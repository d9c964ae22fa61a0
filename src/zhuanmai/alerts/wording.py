"""The room's codes in words, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhuanmai.alerts.phrases import RANDOM, label_of
from zhuanmai.alerts.procedure import State
from zhuanmai.core.goods import GoodsKind
from zhuanmai.core.jobs import name_steps
from zhuanmai.reference.business import BUSINESS
from zhuanmai.reference.identifiers import districts

OFFENCES = {
    "outflow": _("Buying up and shipping out"),
    "counterfeit": _("Counterfeits"),
    "unlicensed": _("Selling without licence"),
    "front": _("Holder is not the operator"),
    "smuggled": _("Smuggled goods"),
    "reopened": _("Reopened under another name"),
    "minor_sales": _("Selling to minors"),
}
STATES = {
    State.RAISED: _("To be given out"),
    State.ASSIGNED: _("With the squad"),
    State.SEEN: _("Seen"),
    State.OVERDUE: _("Overdue"),
    State.VISITED: _("Being inspected"),
    State.DONE: _("Reported back"),
}
LEVELS = {
    State.RAISED: "warning",
    State.ASSIGNED: "info",
    State.SEEN: "info",
    State.OVERDUE: "danger",
    State.VISITED: "info",
    State.DONE: "quiet",
}
OUTCOME_LEVELS = {"case": "success", "minor": "success", "clear": "quiet", "closed_door": "warning",
                  "wrong_address": "warning"}  # fmt: skip
STEPS = {
    "reading": _("Reading the lake"),
    "ranking": _("Learning from past visits and ranking"),
    "explaining": _("Working out the reasons"),
    "mapping": _("Drawing the maps"),
}
name_steps("alerts.run", STEPS)
KINDS = {**dict(GoodsKind.choices), "minor": _("Selling to minors")}


def event_words(kind: str) -> Any:
    """A kind of event on the map: cases or complaints, of all sorts or of one."""
    head, _sep, rest = kind.partition("_")
    whole = _("Cases") if head == "case" else _("Complaints of offences")
    return f"{whole} · {KINDS.get(rest, rest)}" if rest else whole


def offence_words(code: str) -> Any:
    """A kind of offence; a dash for none."""
    return OFFENCES.get(code, code or "—")


def district_words(code: str) -> str:
    """A district by its name."""
    return districts().get(code, code or "—")


def business_words(code: str) -> Any:
    """A business type."""
    return BUSINESS.get(code, code or "—")


def detector_words(name: str) -> Any:
    """A detector, the place rule, or the draw."""
    if name == RANDOM:
        return _("Random draw")
    return label_of(name) if name else "—"
