"""The facts of a case as documents print them: taken from where they were entered once, computed nowhere else."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from zhuanmai.core.clock import now, to_local, today
from zhuanmai.core.goods import GoodsKind
from zhuanmai.core.units import Unit
from zhuanmai.documents import catalogue
from zhuanmai.documents.facts import DocumentFacts, OfficerFacts, Opinion, OpinionsFacts, RefusalFacts, UnitFacts
from zhuanmai.documents.models import Document
from zhuanmai.documents.queries import current
from zhuanmai.enforcement import case_facts as f
from zhuanmai.enforcement import goods_in_words, penalties
from zhuanmai.enforcement.case_rows import CaseRows, age_of
from zhuanmai.enforcement.models import REASONS, Inspection, ItemLine
from zhuanmai.enforcement.terms import registered_until
from zhuanmai.enforcement.totals import computed
from zhuanmai.reference.calendar import deadline, term
from zhuanmai.reference.citations import Citation, citation, in_full, numeral


def case_facts(rows: CaseRows) -> f.CaseFacts:
    """All facts that were entered; what documents print of each other comes by `with_documents`."""
    visit, items = rows.visit, item_facts(rows)
    causes, bureau = cause_facts(rows), rows.case.bureau
    registration = _registration(rows)
    refused = visit.refuses_to_sign
    return f.CaseFacts(
        unit=UnitFacts.of(bureau),
        document=DocumentFacts(dated_on=case_day(rows)),
        case=f.CaseHead(rows.case.number or None, rows.case.filed_on, rows.case.summary or None),
        clue=_clue(rows),
        report=_report(visit),
        inspection=_inspection(rows, items),
        presence=f.PresenceFacts(visit.party_present is not False),
        party=party_facts(rows),
        person_in_charge=_person(visit.person_in_charge),
        witness=_person(visit.witness),
        refusal=RefusalFacts(visit.refusal_reason or None) if refused else None,
        officers=officer_facts(rows),
        recorder=visit.recorder.name if visit.recorder else None,
        causes=causes,
        items=items,
        prices=_prices(rows, items),
        valuer=rows.case.valuer.name if rows.case.valuer else None,
        registration=registration,
        oral_approval=_oral(rows),
        sampling=_sampling(rows),
        samples=_samples(rows),
        photos=_photos(rows),
        opinion=OpinionsFacts(officers=_own_opinion(rows, causes, registration)),
        correction=_correction(rows),
        facts=_violation(rows, causes, items),
        basis=in_full([citation("行政处罚法 28(1)")]),
        penalty=_penalty(rows),
        defence=(rows.case.simple or {}).get("defence"),
        remedies=_remedies(rows),
        decided_at=visit.ended_at or visit.began_at,
        place=visit.address or None,
        service=_service(rows),
    )


def with_documents(rows: CaseRows, facts: f.CaseFacts, documents: Sequence[Document]) -> f.CaseFacts:
    """The facts with what documents print of each other: measures, documents served, the notice of registration."""
    made = _by_key(documents)
    return replace(facts, measures=_measures(made), documents=_served(made), D04=_dated(rows, made.get(("D04", ""))))


def own_facts(rows: CaseRows, facts: f.CaseFacts, kind: str, key: str, documents: Sequence[Document]) -> f.CaseFacts:
    """The facts as one document needs them: its evidence, its questioning, its parent.

    What comes by itself stays as it was when the document was made, so that no signature falls away of it: D21 keeps
    its day, D13 the number and the day of filing that there were (or were not yet) when it was made.
    """
    made = _by_key(documents)
    own = made.get((kind, key))
    facts = replace(facts, document=replace(facts.document, number=(own.number if own else "") or None, code=kind))
    if kind == "D13" and own:
        kept = f.CaseFacts.from_json(current(own).facts).case
        return replace(facts, case=replace(facts.case, number=kept.number, filed_on=kept.filed_on))
    if kind == "D06":
        return replace(facts, evidence=_evidence(rows, key))
    if kind == "D07":
        return replace(facts, questioning=_questioning(rows, key))
    if kind == "D21":
        day = to_local(own.created_at).date() if own else today()
        return replace(facts, document=replace(facts.document, dated_on=day))
    if kind == "D40" and key:
        served = _document(made.get((key, "")))
        return replace(facts, documents=(served,) if served else ())
    if kind == "D64":
        return replace(facts, parent=_document(made.get((key, ""))) or DocumentFacts(name=catalogue.kind(key).name))
    return facts


def _by_key(documents: Sequence[Document]) -> dict[tuple[str, str], Document]:
    return {(one.kind, one.key): one for one in documents}


def case_day(rows: CaseRows) -> dt.date:
    """The day of the case in the bureau."""
    return to_local(rows.visit.began_at or rows.case.opened_at).date()


def officer_facts(rows: CaseRows) -> tuple[OfficerFacts, ...]:
    """The two officers in the order in which they are printed."""
    return tuple(OfficerFacts.of(row.officer) for row in rows.officers)


def item_facts(rows: CaseRows) -> f.ItemsFacts:
    """The goods with their numbers running, totals and summary."""
    return goods_in_words.items(_line(n, one, rows.codes.get(one.pk, ())) for n, one in enumerate(rows.lines, 1))


def _line(number: int, one: ItemLine, codes: tuple[str, ...]) -> f.ItemLine:
    sums = computed(one)
    kind = GoodsKind(one.kind).zh if one.kind else None
    return f.ItemLine(
        no=number,
        name=one.name,
        unit=Unit(one.unit).zh,
        quantity=one.quantity.normalize() + Decimal(0),
        barcode=one.barcode or None,
        cartons=sums.cartons,
        sticks=sums.sticks,
        price=one.price,
        per=Unit(one.per).zh,
        value=sums.value,
        price_mark=one.price_mark or ("未核价" if one.price is None else None),
        price_reason=one.price_reason or None,
        kind=one.kind or None,
        kind_zh=kind,
        note=_note(one, kind),
        codes=codes,
        bag_no=one.bag_no or None,
        strip_no=one.strip_no or None,
        line_id=str(one.pk),
        outcome=one.outcome or None,
    )


def _note(one: ItemLine, kind: str | None) -> str | None:
    parts = [kind, one.note, f"袋号{one.bag_no}" if one.bag_no else "", f"封条{one.strip_no}" if one.strip_no else ""]
    return "，".join(part for part in parts if part) or None


def cause_facts(rows: CaseRows) -> f.CausesFacts | None:
    """The causes as printed: in code order, one 涉嫌 in front until the decision."""
    found = rows.causes
    if not found:
        return None
    violated = [c for one in found for c in one.violated]
    penalised = [c for one in found for c in one.penalised]
    return f.CausesFacts(
        words="涉嫌" + "、".join(one.name for one in found),
        each=tuple(
            f.CauseFacts(one.code, one.name, tuple(map(_cited, one.violated)), tuple(map(_cited, one.penalised)))
            for one in found
        ),
        articles=in_full(violated + penalised) or None,
        violated=in_full(violated) or None,
        penalised=in_full(penalised) or None,
    )


def _cited(one: Citation) -> f.CitationFacts:
    return f.CitationFacts(short=f"{one.short_name} {one.place}", full=one.full, text=one.text or None)


def party_facts(rows: CaseRows) -> f.PartyFacts:
    """The first party of the case."""
    one, visit = rows.party, rows.visit
    if one is None:
        return f.PartyFacts(kind="unknown")
    silent = visit.refuses_to_sign or visit.party_present is False
    return f.PartyFacts(
        kind=one.kind,
        name=one.name or None,
        sex=one.sex or None,
        ethnicity=one.ethnicity or None,
        born_on=one.born_on,
        id_kind=one.id_kind or ("居民身份证" if one.id_no and one.kind != "organisation" else None),
        id_no=one.id_no or None,
        address=one.address or None,
        business_address=visit.address or None,
        phone=one.phone or None,
        occupation=one.occupation or None,
        licence_no=one.licence_no or None,
        licence_valid_to=one.licence_valid_to,
        shop_name=visit.shop_name or None,
        representative=_person(one.representative),
        remark=None if silent else "以上笔录已阅，属实",
    )


def _person(sheet: dict[str, Any] | None) -> f.PersonFacts | None:
    if not sheet or not sheet.get("name"):
        return None
    fields = ("sex", "relation", "post", "id_kind", "id_no", "phone", "address")
    known = {name: sheet.get(name) or None for name in fields}
    if known["id_no"] and not known["id_kind"]:
        known["id_kind"] = "居民身份证"
    return f.PersonFacts(name=sheet["name"], **known)


def _clue(rows: CaseRows) -> f.ClueFacts:
    visit = rows.visit
    source = visit.clue_source or REASONS.get(visit.reason)
    return f.ClueFacts(source, visit.clue_received_at, visit.clue_text or None, rows.case.clue_no)


def _report(visit: Inspection) -> f.ReportFacts | None:
    if not visit.report:
        return None
    by = visit.report.get("by")
    at = visit.report.get("at")
    return f.ReportFacts(
        dt.datetime.fromisoformat(at) if at else visit.clue_received_at,
        visit.report.get("way") or visit.clue_source or None,
        by,
        anonymous=not by,
        text=visit.report.get("text") or visit.clue_text or None,
    )


def _inspection(rows: CaseRows, items: f.ItemsFacts) -> f.InspectionFacts:
    visit = rows.visit
    return f.InspectionFacts(
        began_at=visit.began_at,
        ended_at=visit.ended_at,
        place=visit.address or None,
        shop_name=visit.shop_name or None,
        reason=REASONS.get(visit.reason, visit.reason or None),
        certificates_shown_at=visit.certificates_shown_at,
        narrative=visit.narrative or _narrative(rows, items),
        remarks=visit.remarks or None,
    )


def _narrative(rows: CaseRows, items: f.ItemsFacts) -> str | None:
    """The scene in the standard words of a record, from facts alone, until the officers word it themselves."""
    officers = officer_facts(rows)
    if len(officers) < 2:
        return None
    who = "、".join(f"{one.name}（{one.certificate_no}）" for one in officers)
    shop = rows.visit.shop_name or "经营场所"
    present_words = "当事人不在场" if rows.visit.party_present is False else "当事人在场"
    goods = (items.summary or "").rstrip("。")
    found = f"现场查获涉案烟草专卖品：{goods}。" if items.lines else "现场未发现涉案烟草专卖品。"
    return f"执法人员{who}出示执法证件，说明检查事由并告知权利义务后，对{shop}进行检查。{present_words}。{found}"


def _prices(rows: CaseRows, items: f.ItemsFacts) -> f.PricesFacts:
    counts: Counter[tuple[str, str | None, str | None]] = Counter()
    for one in rows.lines:
        sheet = one.price_catalogue or {}
        if sheet.get("title") and one.price is not None and one.price_mark != "手工价":
            counts[(sheet["title"], sheet.get("issuer") or None, sheet.get("issued_on") or None)] += 1
    found = tuple(
        f.PriceCatalogue(title, issuer, dt.date.fromisoformat(on) if on else None, n)
        for (title, issuer, on), n in counts.most_common()
    )
    return f.PricesFacts(goods_in_words.price_basis(items.lines, found) if items.lines else None, found, case_day(rows))


def _measures(made: dict[tuple[str, str], Document]) -> tuple[f.MeasureFacts, ...]:
    words = {"D04": "先行登记保存", "D42": "责令改正", "D05": "抽样取证"}
    return tuple(
        f.MeasureFacts(name, made[(kind, "")].number or None) for kind, name in words.items() if (kind, "") in made
    )


def _registration(rows: CaseRows) -> f.RegistrationFacts | None:
    row = rows.registration
    if row is None:
        return None
    oral = rows.oral
    begins = oral.at if oral else rows.visit.began_at or now()
    return f.RegistrationFacts(
        row.reason or None,
        in_full([citation("行政处罚法 56")]),
        row.storage_place or None,
        row.way or None,
        row.from_on or to_local(begins).date(),
        registered_until(row) or deadline("registered_goods", begins).date,
    )


def _oral(rows: CaseRows) -> f.OralApprovalFacts | None:
    row = rows.oral
    return f.OralApprovalFacts(row.at, row.by.name, "局负责人", row.reason) if row else None


def _sampling(rows: CaseRows) -> f.SamplingFacts | None:
    row = min(rows.samples, key=lambda one: (one.sample_no, one.created_at), default=None)
    if row is None:
        return None
    visit = rows.visit
    return f.SamplingFacts(
        purpose=row.purpose or "鉴别检验真伪",
        method=row.method or "随机抽取",
        began_at=visit.began_at,
        ended_at=visit.ended_at,
        place=visit.address or None,
        sealed=row.sealed or "当场封样，双方签名确认",
    )


def _samples(rows: CaseRows) -> tuple[f.SampleLine, ...]:
    return tuple(
        f.SampleLine(
            no=n,
            name=row.line.name,
            base=row.base.normalize() + Decimal(0),
            quantity=row.cartons.normalize() + Decimal(0),
            packing_form=row.packing_form or "条盒硬盒",
            sample_no=row.sample_no or f"{rows.case.clue_no}-{n:02d}",
            state=row.state or "完好",
            line_id=str(row.line_id),
        )
        for n, row in enumerate(rows.samples, 1)
    )


def _photos(rows: CaseRows) -> f.PhotosFacts:
    sheet = tuple(
        f.PhotoFacts(
            no=n,
            sha256=one.sha256,
            picture=one.shown_sha256,
            at=one.taken_at,
            place=one.place or rows.visit.address or None,
            by=rows.photographers.get(one.by_id),
            caption=one.caption or one.what or None,
        )
        for n, one in enumerate(rows.photos, 1)
    )
    return f.PhotosFacts(count=len(sheet), sheet=sheet)


def _own_opinion(
    rows: CaseRows, causes: f.CausesFacts | None, registration: f.RegistrationFacts | None
) -> Opinion | None:
    officers = officer_facts(rows)
    if causes is None or not officers:
        return None
    keep = "，建议对涉案物品依法先行登记保存" if registration else ""
    at = rows.visit.ended_at or rows.visit.began_at
    return Opinion(f"当事人{causes.words}{keep}，建议立案调查。", True, "、".join(one.name for one in officers), at)


def _correction(rows: CaseRows) -> f.CorrectionFacts | None:
    sheet = rows.case.correction
    if not sheet:
        return None
    until = dt.date.fromisoformat(str(sheet["until"])[:10]) if sheet.get("until") else None
    return f.CorrectionFacts(sheet.get("what"), until, at_once=until is None)


def _violation(rows: CaseRows, causes: f.CausesFacts | None, items: f.ItemsFacts) -> str | None:
    simple = rows.case.simple or {}
    if simple.get("facts"):
        return str(simple["facts"]) + _mitigated(rows)
    if causes is None:
        return None
    found = f"，查获涉案烟草专卖品{items.totals.words}" if items.totals and items.lines else ""
    return f"在{rows.visit.address}{causes.words.removeprefix('涉嫌')}{found}"


def _mitigated(rows: CaseRows) -> str:
    """Why a penalty on the spot is lighter or below the range, with the article; empty without such a circumstance."""
    known = penalties.proposed(rows.case.simple or {}, age=age_of(rows.case, rows.party)).mitigating
    if not known:
        return ""
    named = "；".join(f"{one.zh}（{in_full([citation(one.source)])}）" for one in known)
    return f"\n当事人具有下列情节，依法从轻或者减轻处罚：{named}。"


def _penalty(rows: CaseRows) -> f.PenaltyFacts | None:
    sheet = rows.case.simple or {}
    if not sheet.get("penalty_kind"):
        return None
    amount = Decimal(str(sheet["amount"])) if sheet.get("amount") not in (None, "") else None
    return f.PenaltyFacts(penalties.words(sheet["penalty_kind"]), amount, sheet.get("payment"))


def _remedies(rows: CaseRows) -> str | None:
    if not rows.case.simple:
        return None
    above = rows.case.bureau.parent.name if rows.case.bureau.parent else rows.case.bureau.name
    first, then = (numeral(term(code).days or 0) for code in ("reconsideration", "lawsuit_after_reconsideration"))
    return (
        f"如不服本决定，可以自收到本决定书之日起{first}日内，先向{above}或者同级人民政府申请行政复议；"
        f"对复议决定不服的，可以在收到复议决定书之日起{then}日内向人民法院提起行政诉讼。"
    )


def _service(rows: CaseRows) -> f.ServiceFacts | None:
    sheet, party, visit = rows.case.service or {}, rows.party, rows.visit
    if not sheet and party is None:
        return None
    left = visit.refuses_to_sign or visit.party_present is False
    electronic = sheet.get("electronic")
    return f.ServiceFacts(
        address=sheet.get("address") or (party.address if party else None) or None,
        receiver=sheet.get("receiver") or (party.name if party else None) or None,
        phone=sheet.get("phone") or (party.phone if party else None) or None,
        electronic=bool(electronic),
        electronic_way=sheet.get("electronic_way") or None,
        place=visit.address or None,
        way="留置送达" if left else "直接送达",
        at=visit.ended_at,
        refusal=(visit.refusal_reason or None) if visit.refuses_to_sign else None,
    )


def _served(made: dict[tuple[str, str], Document]) -> tuple[DocumentFacts, ...]:
    return tuple(found for kind in ("D04", "D42", "D36") if (found := _document(made.get((kind, "")))))


def _document(one: Document | None) -> DocumentFacts | None:
    return DocumentFacts(one.number or None, None, catalogue.kind(one.kind).name, one.kind) if one else None


def _dated(rows: CaseRows, one: Document | None) -> DocumentFacts | None:
    found = _document(one)
    return replace(found, dated_on=case_day(rows)) if found else None


def _evidence(rows: CaseRows, key: str) -> f.EvidenceFacts | None:
    row = next((one for one in rows.evidence if str(one.pk) == key), None)
    if row is None:
        return None
    party = rows.party
    return f.EvidenceFacts(
        kind=row.kind or None,
        name=row.kind or None,
        picture=row.photo.shown_sha256 if row.photo and row.photo.kept else None,
        provided_by=row.provided_by or (party.name if party else None),
        at=row.at,
        place=row.place or rows.visit.address or None,
        way=row.way or "拍照复制",
    )


def _questioning(rows: CaseRows, key: str) -> f.QuestioningFacts | None:
    row = next((one for one in rows.questionings if str(one.pk) == key), None)
    if row is None:
        return None
    answers = tuple(f.AnswerFacts(str(q.get("text", "")), q.get("answer") or None) for q in row.questions)
    place = row.place or rows.visit.address or None
    return f.QuestioningFacts(row.ordinal, row.began_at, row.ended_at, row.rights_told_at, place, answers)
