"""Who is concerned: parties, who was present, who witnessed."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.enforcement.models import Party
from zhuanmai.enforcement.operations.cases import CASES, CaseWork
from zhuanmai.enforcement.operations.goods import judged_again
from zhuanmai.enforcement.operations.rules import entering_facts
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import Day, Payload, Personal, Text, unmasked
from zhuanmai.fieldlog.work import Done
from zhuanmai.reference import identifiers, licensees

_CITIZEN, _USCC = "居民身份证", "统一社会信用代码"
_FIELDS = (
    "kind", "name", "sex", "ethnicity", "born_on", "id_kind", "id_no", "phone", "address", "occupation", "licence_no",
    "licence_valid_to", "representative",
)  # fmt: skip


def _unmasked_person(sheet: dict[str, Any]) -> dict[str, Any]:
    for value in sheet.values():
        unmasked(str(value))
    return sheet


class PartySet(Payload):
    """party.set."""

    party_id: uuid.UUID
    kind: Literal["person", "individual_business", "organisation", "unknown"] = "individual_business"
    name: Annotated[Personal, Field(max_length=120)] = ""
    sex: Annotated[Text, Field(max_length=4)] = ""
    ethnicity: Annotated[Text, Field(max_length=20)] = ""
    born_on: Day = None
    id_kind: Annotated[Text, Field(max_length=40)] = ""
    id_no: Annotated[Personal, Field(max_length=40)] = ""
    phone: Annotated[Personal, Field(max_length=40)] = ""
    address: Annotated[Personal, Field(max_length=300)] = ""
    occupation: Annotated[Text, Field(max_length=120)] = ""
    licence_no: Text = ""
    licence_valid_to: Day = None
    representative: Annotated[dict[str, Any], AfterValidator(_unmasked_person)] | None = None


@CASES.handles("party.set", PartySet, rule=entering_facts)
def party_set(work: CaseWork, payload: PartySet, operation: FieldOperation) -> Done:
    """A party's facts, each typed once; another number or licence leaves nothing of what was known by the last.

    Raises Refused: what is wrong with a number, birthday_differs, future, signed.
    """
    work.require_unsigned()
    party = Party.objects.filter(pk=payload.party_id).first()
    if party is not None and party.case_id != work.case.pk:
        raise Refused("id_used", "这个当事人编号已用于别的案件；请刷新后重新录入。", "party_id")
    new = party is None
    if party is None:
        party = Party(id=payload.party_id, case=work.case, place_in_case=work.case.parties.count() + 1)
    else:
        work.note(party)
    licence_before, number_before, given = party.licence_no, party.id_no, payload.given(*_FIELDS)
    for name, value in given.items():
        setattr(party, name, value)
    if party.id_no != number_before:
        party.born_on, party.sex = given.get("born_on"), given.get("sex", "")
    if party.licence_no != licence_before:
        party.licence_valid_to = given.get("licence_valid_to")
    party.removed_at = None
    work.check_time("party.born_on", party.born_on)
    if not party.name and party.kind != Party.Kind.UNKNOWN:
        raise Refused("name_missing", "请填写当事人姓名或名称。", "name")
    _complete(party)
    party.save(force_insert=new)
    again = judged_again(work, operation) if party.licence_no != licence_before else []
    facts = {"party_id": str(party.pk), "name": party.name, "id_no": party.id_no}
    return Done(facts, [party, *again], object_kind="party", object_id=party.pk)


def _complete(party: Party) -> None:
    """Check the numbers, and take from them what nobody typed: birthday, sex, kind of document, end of the licence."""
    if party.kind == Party.Kind.ORGANISATION:
        party.id_kind = party.id_kind or _USCC
    elif party.id_no:
        party.id_kind = party.id_kind or _CITIZEN
    if party.id_no and party.id_kind == _CITIZEN:
        found = identifiers.citizen_id(party.id_no, field="id_no")
        identifiers.check_birthday(found, party.born_on, field="born_on")
        party.id_no, party.born_on, party.sex = found.value, found.born_on, party.sex or found.sex
    elif party.id_no and party.id_kind == _USCC:
        party.id_no = identifiers.uscc(party.id_no, field="id_no").value
    if party.phone:
        party.phone = identifiers.phone(party.phone, field="phone").value
    if party.licence_no:
        party.licence_no = identifiers.retail_licence_no(party.licence_no, field="licence_no").value
        if party.licence_valid_to is None:
            known = licensees.by_licence_no(party.licence_no)
            party.licence_valid_to = known.valid_to if known else None


class PartyRemove(Payload):
    """party.remove."""

    party_id: uuid.UUID


@CASES.handles("party.remove", PartyRemove, rule=entering_facts)
def party_remove(work: CaseWork, payload: PartyRemove, operation: FieldOperation) -> Done:
    """A party that was entered by mistake. Raises Refused: party_has_goods, signed."""
    work.require_unsigned()
    party = work.party(payload.party_id)
    if party is None:
        raise Refused("no_party", "本案没有这名当事人。", "party_id")
    if work.case.lines.filter(party=party, quantity__gt=0).exists():
        raise Refused("party_has_goods", f"{party.name}名下还有物品；请先把物品改到别的当事人名下或撤销。", "party_id")
    party.removed_at = now()
    party.save(update_fields=["removed_at"])
    return Done({"party_id": str(party.pk)}, [party], object_kind="party", object_id=party.pk)


class Person(Payload):
    """The person in charge on the spot, or a witness."""

    name: Annotated[Personal, Field(max_length=120)] = ""
    sex: Text = ""
    relation: Text = ""
    id_kind: Text = ""
    id_no: Personal = ""
    phone: Personal = ""
    address: Annotated[Personal, Field(max_length=300)] = ""


class PresenceSet(Payload):
    """presence.set."""

    party_present: bool | None = None
    person_in_charge: Person | None = None
    witness: Person | None = None
    refuses_to_sign: bool = False
    refusal_reason: Annotated[Text, Field(max_length=300)] = ""


@CASES.handles("presence.set", PresenceSet, rule=entering_facts)
def presence_set(work: CaseWork, payload: PresenceSet, operation: FieldOperation) -> Done:
    """Whether the party is there, who is in charge, who witnesses, whether somebody refuses to sign."""
    work.require_unsigned()
    visit = work.inspection
    given = payload.given()
    for name in ("party_present", "refuses_to_sign", "refusal_reason"):
        if name in given:
            setattr(visit, name, given[name])
    for name in ("person_in_charge", "witness"):
        if name in given:
            setattr(visit, name, _person(given[name], name))
    if not visit.refuses_to_sign:
        visit.refusal_reason = ""
    visit.save()
    present = {True: "当事人在场", False: "当事人不在场", None: "在场情况未填"}[visit.party_present]
    words = present + ("，拒绝签字" if visit.refuses_to_sign else "")
    people = {"person_in_charge": visit.person_in_charge, "witness": visit.witness}
    return Done({"words": words, "people": people}, [visit])


def _person(person: Person | None, role: str) -> dict[str, str] | None:
    """A person with checked numbers; None if there is no name."""
    if person is None or not person.name:
        return None
    if person.id_no and person.id_kind in ("", _CITIZEN):
        found = identifiers.citizen_id(person.id_no, field=f"{role}.id_no")
        person.id_no, person.id_kind, person.sex = found.value, _CITIZEN, person.sex or found.sex
    if person.phone:
        person.phone = identifiers.phone(person.phone, field=f"{role}.phone").value
    kept: dict[str, str] = person.model_dump()
    return kept
