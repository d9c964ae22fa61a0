"""What must be true of the visit before a penalty is decided on the spot (行政处罚法 44, 45, 51, 52, 55). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from zhuanmai.core.errors import FieldError


@dataclass(frozen=True)
class Visit:
    """What the case knows at the moment of the decision.

    `received_by_party`: the party, or the organisation's person in charge, is there. `transfer`: the words of a figure
    from which the police or customs decide; empty: none is reached.
    """

    received_by_party: bool
    certificates_shown: bool
    ordered_to_correct: bool
    filing_waits: bool
    goods_registered: bool
    transfer: str = ""


def hindrances(visit: Visit) -> Iterator[FieldError]:
    """Everything that stands against a decision on the spot, in the order in which an officer mends it."""
    if visit.transfer:
        yield _error("causes", "transfer", f"{visit.transfer}；涉嫌犯罪的应当移送，不能当场处罚（行政处罚法 27）。")
    if visit.filing_waits:
        yield _error("filing", "filing_waits", "本案已呈报立案，正在审批，不能再当场处罚；审批结果出来后再办理。")
    if visit.goods_registered:
        words = "本案物品已先行登记保存，处理决定不止警告、罚款，不能当场处罚；请走普通程序立案（行政处罚法 51、56）。"
        yield _error("registration", "goods_registered", words)
    if not visit.certificates_shown:
        words = "还没有记录出示执法证件；请先出示执法证件并填写时间（行政处罚法 52、55）。"
        yield _error("inspection.certificates_shown_at", "certificates_missing", words)
    if not visit.received_by_party:
        words = (
            "当事人不在场，不能当场处罚：须当场告知、听取陈述申辩并交付决定书（行政处罚法 44、45、52）；请走普通程序。"
        )
        yield _error("presence.party_present", "party_absent", words)
    if not visit.ordered_to_correct:
        words = "还没有责令改正；请填写改正要求（行政处罚法 28(1)）。"
        yield _error("correction.what", "no_correction", words)


def age_on(born_on: dt.date | None, day: dt.date) -> int | None:
    """Full years (周岁) on a day: full from the day after the birthday on (practice). None: no birthday known."""
    if born_on is None:
        return None
    reached = (day.month, day.day) > (born_on.month, born_on.day)
    return day.year - born_on.year - (not reached)


def _error(field: str, code: str, words: str) -> FieldError:
    return FieldError(field, code, words)
