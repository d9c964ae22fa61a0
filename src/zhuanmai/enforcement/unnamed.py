"""Who a case's people are in words, so that no text names them to who may not know: pages, states, the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from zhuanmai.accounts.personal import MASKS, Sort
from zhuanmai.core.masking import SHOWN_OF_PLACE, masked_numbers, masked_place
from zhuanmai.enforcement.models import Case, Party

PERSON = {"name": Sort.NAME, "id_no": Sort.NUMBER, "phone": Sort.PHONE, "address": Sort.PLACE}
FREE_TEXTS = ("caption", "reason", "detail")  # facts of an entry that somebody typed
_REGION = re.compile(r"^.*[省市区县旗](?=.)")
_SHOWN_OF_STREET = 2


def secrets_of(case: Case) -> tuple[tuple[str, str], ...]:
    """What must not stand in free text, each with what stands there instead, the longest first."""
    return tuple(sorted(set(_secrets(case)), key=lambda pair: -len(pair[0])))


def unnamed(case: Case, words: str) -> str:
    """A text without the names and numbers of the case's people, for what stays: an entry of the ledger."""
    return hidden(words, secrets_of(case)) if words else words


def unnamed_facts(case: Case, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of an entry, the typed ones without the names and numbers of the case's people."""
    typed = [name for name in FREE_TEXTS if isinstance(facts.get(name), str) and facts[name]]
    if not typed:
        return facts
    secrets = secrets_of(case)
    return {**facts, **{name: hidden(facts[name], secrets) for name in typed}}


def _secrets(case: Case) -> Iterator[tuple[str, str]]:
    visit, service = case.inspection, case.service or {}
    people: list[dict[str, Any]] = [visit.witness or {}, visit.person_in_charge or {}]
    people.append({"name": service.get("receiver"), "phone": service.get("phone"), "address": service.get("address")})
    people.append({"name": (visit.report or {}).get("by")})
    for party in case.parties.all():
        named = "" if party.kind == Party.Kind.ORGANISATION else party.name
        people.append({"name": named, "id_no": party.id_no, "phone": party.phone, "address": party.address})
        people.append(party.representative or {})
    for person in people:
        for column, sort in PERSON.items():
            plain = str(person.get(column) or "").strip()
            # The place of the inspection is a fact of the case, also where the party lives there.
            if sort is Sort.PLACE:
                yield from ((part, masked) for part, masked in _places(plain) if part not in visit.address)
            elif len(plain) > 1:
                yield plain, MASKS[sort](plain)


def _places(address: str) -> Iterator[tuple[str, str]]:
    """An address, and its street with the number, as a text may name it without the city."""
    street = _REGION.sub("", address)
    if len(address) > SHOWN_OF_PLACE:
        yield address, masked_place(address)
    if len(street) > _SHOWN_OF_STREET:
        yield street, f"{street[:_SHOWN_OF_STREET]}…"


def hidden(words: str, secrets: Iterable[tuple[str, str]]) -> str:
    """A text with each secret masked, and any citizen's number or mobile phone."""
    for plain, masked in secrets:
        words = words.replace(plain, masked)
    return str(masked_numbers(words))


def all_hidden(tree: Any, secrets: tuple[tuple[str, str], ...]) -> Any:
    """The same in every text of a tree."""
    match tree:
        case str():
            return hidden(tree, secrets)
        case dict():
            return {name: all_hidden(inner, secrets) for name, inner in tree.items()}
        case list() | tuple():
            return [all_hidden(inner, secrets) for inner in tree]
        case _:
            return tree
