"""A decision on the spot held against the law: reads the case, asks the pure rules. Writes nothing."""

from __future__ import annotations

from zhuanmai.approvals.models import Approval
from zhuanmai.approvals.queries import approvals_of, oral_of
from zhuanmai.core.errors import Refused
from zhuanmai.enforcement import penalties, totals
from zhuanmai.enforcement.case_rows import age_of, counted_lines, first_party
from zhuanmai.enforcement.goods_json import lights_state
from zhuanmai.enforcement.models import Case, Party
from zhuanmai.enforcement.on_the_spot import Visit, hindrances
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.enforcement.thresholds import aggravated
from zhuanmai.reference import causes
from zhuanmai.reference.thresholds import spot_limits, thresholds

_TRANSFER = {
    "illegal_business": "涉案物品已达非法经营罪的移送标准",
    "fakes_unsold": "假冒卷烟货值已达移送标准",
}


def check(case: Case) -> None:
    """Whether the penalty on the case's sheet may be decided now. Raises Refused: what stands against it, all at once;
    else the first rule of the law that it breaks (see penalties)."""
    errors = tuple(hindrances(visit_of(case)))
    if errors:
        raise Refused("not_on_the_spot", errors[0].detail, errors[0].field, errors)
    party, sums = first_party(case), totals.total(counted_lines(case))
    chosen = [causes.cause(row.code) for row in case.causes.all()]
    worse = aggravated(sums, thresholds(), chosen)
    proposal = penalties.proposed(case.simple or {}, age=age_of(case, party))
    penalties.check_proposal(proposal, chosen, party.kind if party else "", spot_limits(), worse)


def visit_of(case: Case) -> Visit:
    """The visit as the rules of a decision on the spot ask for it."""
    party, visit = first_party(case), case.inspection
    in_charge = bool(party and party.kind == Party.Kind.ORGANISATION and visit.person_in_charge)
    return Visit(
        received_by_party=bool(visit.party_present) or in_charge,
        certificates_shown=visit.certificates_shown_at is not None,
        ordered_to_correct=bool((case.correction or {}).get("what")),
        filing_waits=_waits(case, "filing"),
        goods_registered=_is_registered(case),
        transfer=_transfer(case),
    )


def _waits(case: Case, purpose: str) -> bool:
    return any(row.purpose == purpose and row.state == Approval.State.WAITING for row in approvals_of(KIND, case.pk))


def _is_registered(case: Case) -> bool:
    """Goods are held once a head approved it, also orally, or is asked; not after he refused it."""
    registration = getattr(case, "registration", None)
    if registration is not None and registration.approved_at is not None:
        return True
    asked = [row.state for row in approvals_of(KIND, case.pk) if row.purpose == "registration"]
    if asked:
        return asked[-1] in (Approval.State.WAITING, Approval.State.UPCOMING, Approval.State.RETURNED)
    return oral_of(KIND, case.pk, "registration") is not None


def _transfer(case: Case) -> str:
    parties = list(case.parties.filter(removed_at=None))
    sums = totals.total(counted_lines(case))
    lit = lights_state(case, sums, parties, [row.code for row in case.causes.all()])
    reached = (_TRANSFER[one["code"]] for one in lit if one["level"] == "danger" and one["code"] in _TRANSFER)
    return next(reached, "")
