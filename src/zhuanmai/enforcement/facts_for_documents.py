"""The facts of a case as documents print them: taken from where they were entered once, computed nowhere else."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from zhuanmai.accounts.queries import names
from zhuanmai.approvals.queries import oral_of
from zhuanmai.core.clock import now, to_local, today
from zhuanmai.core.units import Unit
from zhuanmai.documents import catalogue, goods
from zhuanmai.documents import facts as f
from zhuanmai.documents.models import Document
from zhuanmai.enforcement import penalties
from zhuanmai.enforcement.models import REASONS, Case, Inspection, ItemLine, LineKind, Party, Photo
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.enforcement.totals import computed, present
from zhuanmai.reference.calendar import deadline, term
from zhuanmai.reference.causes import cause
from zhuanmai.reference.citations import Citation, citation, in_full, numeral

KIND_ZH = {
    LineKind.COUNTERFEIT: "假冒伪劣卷烟",
    LineKind.SMUGGLED: "走私烟",
    LineKind.DIVERTED: "非渠道真烟",
    LineKind.UNLICENSED: "无证经营的真烟",
    LineKind.TO_TEST: "待鉴别检验",
}


def case_facts(case: Case, documents: list[Document] | None = None) -> f.CaseFacts:
    """All facts of a case; what a single document adds (which evidence, which parent) comes by `for_document`."""
    made = {(one.kind, one.key): one for one in documents or []}
    visit, items = case.inspection, item_facts(case)
    causes = cause_facts(case)
    registration = _registration(case)
    refused = visit.refuses_to_sign
    return f.CaseFacts(
        unit=f.UnitFacts(case.bureau.name, case.bureau.name, case.bureau.abbreviation, case.bureau.code),
        document=f.DocumentFacts(dated_on=case_day(case)),
        case=f.CaseHead(case.number or None, case.filed_on, case.summary or None),
        clue=_clue(case),
        report=_report(visit),
        inspection=_inspection(case, items),
        presence=f.PresenceFacts(visit.party_present is not False),
        party=party_facts(case),
        person_in_charge=_person(visit.person_in_charge),
        witness=_person(visit.witness),
        refusal=f.RefusalFacts(visit.refusal_reason or None) if refused else None,
        officers=officer_facts(case),
        recorder=visit.recorder.name if visit.recorder else None,
        causes=causes,
        items=items,
        prices=_prices(case, items),
        valuer=case.valuer.name if case.valuer else None,
        measures=_measures(made),
        registration=registration,
        oral_approval=_oral(case),
        sampling=_sampling(case),
        samples=_samples(case),
        photos=_photos(case),
        opinion=f.OpinionsFacts(officers=_own_opinion(case, causes, registration)),
        correction=_correction(case),
        facts=_violation(case, causes, items),
        basis=in_full([citation("行政处罚法 28(1)")]),
        penalty=_penalty(case),
        defence=(case.simple or {}).get("defence"),
        remedies=_remedies(case),
        decided_at=visit.ended_at or visit.began_at,
        place=visit.address or None,
        service=_service(case),
        documents=_served(made),
        D04=_dated(case, made.get(("D04", ""))),
    )


def for_document(case: Case, facts: f.CaseFacts, kind: str, key: str, made: list[Document]) -> f.CaseFacts:
    """The facts as one document needs them: its evidence, its questioning, its parent."""
    by_kind = {(one.kind, one.key): one for one in made}
    number = by_kind[(kind, key)].number if (kind, key) in by_kind else None
    facts = replace(facts, document=replace(facts.document, number=number or None, code=kind))
    if kind == "D06":
        return replace(facts, evidence=_evidence(case, key))
    if kind == "D07":
        return replace(facts, questioning=_questioning(case, key))
    if kind == "D21":
        return replace(facts, document=replace(facts.document, dated_on=today()))
    if kind == "D40" and key:
        served = _document(by_kind.get((key, "")))
        return replace(facts, documents=(served,) if served else ())
    if kind == "D64":
        return replace(
            facts, parent=_document(by_kind.get((key, ""))) or f.DocumentFacts(name=catalogue.kind(key).name)
        )
    return facts


def case_day(case: Case) -> dt.date:
    """The day of the case in the bureau."""
    return to_local(case.inspection.began_at or case.opened_at).date()


def officer_facts(case: Case) -> tuple[f.OfficerFacts, ...]:
    """The two officers in the order in which they are printed."""
    rows = case.assignments.filter(until_at=None).select_related("officer").order_by("position")
    return tuple(f.OfficerFacts(row.officer.name, row.officer.certificate_no) for row in rows)


def first_party(case: Case) -> Party | None:
    """The party that documents name."""
    present = (one for one in case.parties.all() if one.removed_at is None)  # a list has fetched them for all its rows
    return min(present, key=lambda one: (one.place_in_case, one.pk), default=None)


def counted_lines(case: Case) -> list[ItemLine]:
    """The lines that count, in the order in which they were first scanned."""
    return present(case.lines.order_by("place_in_case", "id"))


def item_facts(case: Case) -> f.ItemsFacts:
    """The goods with their numbers running, totals and summary."""
    lines = counted_lines(case)
    codes: dict[Any, list[str]] = {}
    for code in case.codes.filter(removed_at=None):
        codes.setdefault(code.line_id, []).append(f"{code.row1} {code.row2}")
    return goods.items(_line(n, one, tuple(codes.get(one.pk, ()))) for n, one in enumerate(lines, 1))


def _line(number: int, one: ItemLine, codes: tuple[str, ...]) -> f.ItemLine:
    sums = computed(one)
    kind = KIND_ZH[LineKind(one.kind)] if one.kind else None
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


def cause_facts(case: Case) -> f.CausesFacts | None:
    """The causes as printed: in code order, one 涉嫌 in front until the decision."""
    found = [cause(row.code) for row in case.causes.order_by("code")]
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


def party_facts(case: Case) -> f.PartyFacts:
    """The first party of the case."""
    one, visit = first_party(case), case.inspection
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


def _clue(case: Case) -> f.ClueFacts:
    visit = case.inspection
    source = visit.clue_source or REASONS.get(visit.reason)
    return f.ClueFacts(source, visit.clue_received_at, visit.clue_text or None, case.clue_no)


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


def _inspection(case: Case, items: f.ItemsFacts) -> f.InspectionFacts:
    visit = case.inspection
    return f.InspectionFacts(
        began_at=visit.began_at,
        ended_at=visit.ended_at,
        place=visit.address or None,
        shop_name=visit.shop_name or None,
        reason=REASONS.get(visit.reason, visit.reason or None),
        certificates_shown_at=visit.certificates_shown_at,
        narrative=visit.narrative or _narrative(case, items),
        remarks=visit.remarks or None,
    )


def _narrative(case: Case, items: f.ItemsFacts) -> str | None:
    """The scene in the standard words of a record, from facts alone, until the officers word it themselves."""
    officers = officer_facts(case)
    if len(officers) < 2:
        return None
    who = "、".join(f"{one.name}（{one.certificate_no}）" for one in officers)
    shop = case.inspection.shop_name or "经营场所"
    present_words = "当事人不在场" if case.inspection.party_present is False else "当事人在场"
    found = f"现场查获涉案烟草专卖品：{items.summary}。" if items.lines else "现场未发现涉案烟草专卖品。"
    return f"执法人员{who}出示执法证件，说明检查事由并告知权利义务后，对{shop}进行检查。{present_words}。{found}"


def _prices(case: Case, items: f.ItemsFacts) -> f.PricesFacts:
    counts: Counter[tuple[str, str | None, str | None]] = Counter()
    for one in counted_lines(case):
        sheet = one.price_catalogue or {}
        if sheet.get("title") and one.price is not None and one.price_mark != "手工价":
            counts[(sheet["title"], sheet.get("issuer") or None, sheet.get("issued_on") or None)] += 1
    found = tuple(
        f.PriceCatalogue(title, issuer, dt.date.fromisoformat(on) if on else None, n)
        for (title, issuer, on), n in counts.most_common()
    )
    return f.PricesFacts(goods.price_basis(items.lines, found) if items.lines else None, found, case_day(case))


def _measures(made: dict[tuple[str, str], Document]) -> tuple[f.MeasureFacts, ...]:
    words = {"D04": "先行登记保存", "D42": "责令改正", "D05": "抽样取证"}
    return tuple(
        f.MeasureFacts(name, made[(kind, "")].number or None) for kind, name in words.items() if (kind, "") in made
    )


def _registration(case: Case) -> f.RegistrationFacts | None:
    row = getattr(case, "registration", None)
    if row is None:
        return None
    oral = oral_of(KIND, case.pk, "registration")
    begins = oral.at if oral else case.inspection.began_at or now()
    return f.RegistrationFacts(
        row.reason or None,
        in_full([citation("行政处罚法 56")]),
        row.storage_place or None,
        row.way or None,
        row.from_on or to_local(begins).date(),
        row.until_on or deadline("registered_goods", begins).date,
    )


def _oral(case: Case) -> f.OralApprovalFacts | None:
    row = oral_of(KIND, case.pk, "registration")
    return f.OralApprovalFacts(row.at, row.by.name, "局负责人", row.reason) if row else None


def _sampling(case: Case) -> f.SamplingFacts | None:
    row = case.samples.filter(removed_at=None).first()
    if row is None:
        return None
    visit = case.inspection
    return f.SamplingFacts(
        purpose=row.purpose or "鉴别检验真伪",
        method=row.method or "随机抽取",
        began_at=visit.began_at,
        ended_at=visit.ended_at,
        place=visit.address or None,
        sealed=row.sealed or "当场封样，双方签名确认",
    )


def _samples(case: Case) -> tuple[f.SampleLine, ...]:
    rows = case.samples.filter(removed_at=None).select_related("line").order_by("line__place_in_case")
    return tuple(
        f.SampleLine(
            no=n,
            name=row.line.name,
            base=row.base.normalize() + Decimal(0),
            quantity=row.cartons.normalize() + Decimal(0),
            packing_form=row.packing_form or "条盒硬盒",
            sample_no=row.sample_no or f"{case.clue_no}-{n:02d}",
            state=row.state or "完好",
            line_id=str(row.line_id),
        )
        for n, row in enumerate(rows, 1)
    )


def kept_photos(case: Case) -> list[Photo]:
    """The photographs of the photo sheet: there, not removed, and no scan of a signed paper."""
    return list(case.photos.filter(removed_at=None, kept=True).exclude(what="paper_scan").order_by("taken_at", "id"))


def _photos(case: Case) -> f.PhotosFacts:
    rows = kept_photos(case)
    by = names({one.by_id for one in rows})
    sheet = tuple(
        f.PhotoFacts(
            no=n,
            sha256=one.sha256,
            picture=one.stamped_sha256 or one.sha256,
            at=one.taken_at,
            place=one.place or case.inspection.address or None,
            by=by.get(one.by_id),
            caption=one.caption or one.what or None,
        )
        for n, one in enumerate(rows, 1)
    )
    return f.PhotosFacts(count=len(sheet), sheet=sheet)


def _own_opinion(
    case: Case, causes: f.CausesFacts | None, registration: f.RegistrationFacts | None
) -> f.Opinion | None:
    officers = officer_facts(case)
    if causes is None or not officers:
        return None
    keep = "，建议对涉案物品依法先行登记保存" if registration else ""
    at = case.inspection.ended_at or case.inspection.began_at
    return f.Opinion(f"当事人{causes.words}{keep}，建议立案调查。", True, "、".join(one.name for one in officers), at)


def _correction(case: Case) -> f.CorrectionFacts | None:
    sheet = case.correction
    if not sheet:
        return None
    until = dt.date.fromisoformat(str(sheet["until"])[:10]) if sheet.get("until") else None
    return f.CorrectionFacts(sheet.get("what"), until, at_once=until is None)


def _violation(case: Case, causes: f.CausesFacts | None, items: f.ItemsFacts) -> str | None:
    simple = case.simple or {}
    if simple.get("facts"):
        return str(simple["facts"])
    if causes is None:
        return None
    found = f"，查获涉案烟草专卖品{items.totals.words}" if items.totals and items.lines else ""
    return f"在{case.inspection.address}{causes.words.removeprefix('涉嫌')}{found}"


def _penalty(case: Case) -> f.PenaltyFacts | None:
    sheet = case.simple or {}
    if not sheet.get("penalty_kind"):
        return None
    amount = Decimal(str(sheet["amount"])) if sheet.get("amount") not in (None, "") else None
    return f.PenaltyFacts(penalties.words(sheet["penalty_kind"]), amount, sheet.get("payment"))


def _remedies(case: Case) -> str | None:
    if not case.simple:
        return None
    above = case.bureau.parent.name if case.bureau.parent else case.bureau.name
    first, then = (numeral(term(code).days or 0) for code in ("reconsideration", "lawsuit_after_reconsideration"))
    return (
        f"如不服本决定，可以自收到本决定书之日起{first}日内，先向{above}或者同级人民政府申请行政复议；"
        f"对复议决定不服的，可以在收到复议决定书之日起{then}日内向人民法院提起行政诉讼。"
    )


def _service(case: Case) -> f.ServiceFacts | None:
    sheet, party, visit = case.service or {}, first_party(case), case.inspection
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


def _served(made: dict[tuple[str, str], Document]) -> tuple[f.DocumentFacts, ...]:
    return tuple(found for kind in ("D04", "D42", "D36") if (found := _document(made.get((kind, "")))))


def _document(one: Document | None) -> f.DocumentFacts | None:
    return f.DocumentFacts(one.number or None, None, catalogue.kind(one.kind).name, one.kind) if one else None


def _dated(case: Case, one: Document | None) -> f.DocumentFacts | None:
    found = _document(one)
    return replace(found, dated_on=case_day(case)) if found else None


def _evidence(case: Case, key: str) -> f.EvidenceFacts | None:
    row = case.evidence.filter(pk=key, removed_at=None).select_related("photo").first()
    if row is None:
        return None
    party = first_party(case)
    return f.EvidenceFacts(
        kind=row.kind or None,
        name=row.kind or None,
        picture=(row.photo.stamped_sha256 or row.photo.sha256) if row.photo and row.photo.kept else None,
        provided_by=row.provided_by or (party.name if party else None),
        at=row.at,
        place=row.place or case.inspection.address or None,
        way=row.way or "拍照复制",
    )


def _questioning(case: Case, key: str) -> f.QuestioningFacts | None:
    row = case.questionings.filter(pk=key, removed_at=None).first()
    if row is None:
        return None
    answers = tuple(f.AnswerFacts(str(q.get("text", "")), q.get("answer") or None) for q in row.questions)
    place = row.place or case.inspection.address or None
    return f.QuestioningFacts(row.ordinal, row.began_at, row.ended_at, row.rights_told_at, place, answers)
