"""The papers of a case (案件文书): the statutory catalogue, its forms, and the rules of their fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from zhuanmai.core.clock import SHANGHAI
from zhuanmai.core.units import money_in_words
from zhuanmai.documents import fields
from zhuanmai.documents.fields import empty
from zhuanmai.documents.papers import Condition, Papers, Presence, Signed
from zhuanmai.enforcement.case_facts import CaseFacts

_HERE = Path(__file__).resolve().parent
_RECEIPT = ("receiver", "at", "substitute", "refusal")
_LEFT_BY = ("server", "witness", "receiver", "party")  # who signs where nobody took the paper


def _absent(data: dict[str, Any]) -> bool:
    return not data["presence"]["party_present"]


def _refused(data: dict[str, Any]) -> bool:
    return not empty(data["refusal"])


class CasePapers(Papers):
    """The statutory documents of a case."""

    conditions: Mapping[str, Condition] = {
        "person": lambda data: data["party"]["kind"] in ("person", "individual_business"),
        "if licensed": lambda data: not empty(data["party"]["licence_no"]),
        "if party absent": _absent,
        "if party absent or refuses": lambda data: _absent(data) or _refused(data),
        "unless refused": lambda data: not (_absent(data) or _refused(data)),
        "if found": lambda data: not empty(data["items"]["lines"]),
        "if oral": lambda data: not empty(data["oral_approval"]),
        "unless anonymous": lambda data: not (data["report"] or {}).get("anonymous"),
        "once filed": lambda data: not (empty(data["case"]["number"]) and empty(data["case"]["filed_on"])),
        "if not the party": lambda data: False,
        "if refused": lambda data: False,
        "if over one page": lambda data: False,
    }
    roles = {"inspected_party": "被检查人", "questioned": "被询问人", "valuer": "核价人"}
    aliases = {"inspected_party": "party", "questioned": "party"}

    def waives(self, path: str, data: dict[str, Any]) -> bool:
        """The way of electronic service without consent, the number of an unnumbered parent, and the like."""
        match path:
            case "service.electronic_way":
                return (data["service"] or {}).get("electronic") is not True
            case "items.totals.words" | "items.value":
                return empty(data["items"]["lines"])
            case "parent.number":
                return (data["parent"] or {}).get("code") == "D08"
            case "penalty.amount":
                return "罚款" not in ((data["penalty"] or {}).get("kind") or "罚款")
            case "correction.until":
                return bool((data["correction"] or {}).get("at_once"))
            case "measures[].number":
                return True
        return False

    def afterwards(self, code: str) -> set[str]:
        """The receipt of service (D40)."""
        return {f"service.{name}" for name in _RECEIPT} if code == "D40" else set()

    def answered(self, roles: Collection[str]) -> set[str]:
        """Who signs for it has received it, then."""
        return {"service.receiver", "service.at"} if {"receiver", "party", "witness"} & set(roles) else set()

    def late(self, code: str, facts: CaseFacts, signatures: Sequence[Signed]) -> dict[str, Any]:
        """The receipt of service (D40), from the facts and from who signed for it."""
        if code != "D40":
            return {}
        late: dict[str, Any] = fields.body(code, facts).get("service") or {}
        everything = facts.to_json()["service"] or {}
        late = late | {name: everything.get(name) for name in _RECEIPT}
        signer = next((s for s in signatures if s.role in ("receiver", "party") and s.at and not s.refusal), None)
        if signer:
            late["receiver"] = late["receiver"] or signer.name
        moments = [signer.at] if signer else [one.at for one in signatures if one.role in _LEFT_BY]
        if signed_at := max((moment for moment in moments if moment), default=None):
            late["at"] = signed_at.astimezone(SHANGHAI).isoformat(timespec="seconds")
        return {"service": late}

    def frame(self, facts: CaseFacts) -> dict[str, Any]:
        """The amount of a fine in words."""
        amount = facts.penalty.amount if facts.penalty else None
        return {"amount-words": money_in_words(amount) if amount is not None else None}

    def presence(self, data: dict[str, Any]) -> Presence:
        """The party's and the witness's."""
        return Presence(_absent(data), bool((data["witness"] or {}).get("name")))

    def limits(self, facts: CaseFacts) -> list[tuple[str, str, str | None, int]]:
        """The party's remark beside the signature."""
        return [("当事人意见", "party.remark", facts.party.remark, 80)]


PAPERS = CasePapers(catalogue=_HERE / "data" / "documents.json", forms=_HERE / "forms", facts=CaseFacts)
