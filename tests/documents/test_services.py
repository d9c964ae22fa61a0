"""A document's life: number, body, signatures, seal, correction, end; and what the public page says of it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import threading
import uuid
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.behind import behind_the_rules
from tests.documents.conftest import Office, drawing, facts_of
from tests.documents.reading import text_of
from zhuanmai.core import checks, files
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.documents import catalogue, fonts, queries, services
from zhuanmai.documents.facts import Opinion, OpinionsFacts
from zhuanmai.documents.models import Document, IssuedNumber, SignatureBlock, Version
from zhuanmai.documents.printing import copies_of, print_set
from zhuanmai.documents.services import CHANGED, Signed
from zhuanmai.enforcement.case_facts import CaseFacts
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build"),
]


def other_facts() -> CaseFacts:
    """The same case with the party's name put right."""
    facts = facts_of("D04")
    return dataclasses.replace(facts, party=dataclasses.replace(facts.party, name="叶建森"))


def test_a_document_goes_from_facts_to_seal_and_every_step_is_on_the_ledger(office: Office) -> None:
    version = office.prepare()
    office.sign(version)
    office.sign(version, Signed("party", "叶某", drawing=drawing()))
    with pytest.raises(Refused) as refusal:
        services.seal(actor_id=None, version_id=version.pk)
    assert (refusal.value.code, "还缺承办人的签名" in refusal.value.detail) == ("not_signed", True)
    office.sign(version, Signed("officer", "乙", drawing=drawing()))
    sealed = services.seal(actor_id=None, version_id=version.pk)
    document = Document.objects.get(pk=version.document_id)
    assert (document.state, document.number[:4], sealed.body_sha256) == ("sealed", "测烟存通", version.body_sha256)
    assert IssuedNumber.objects.get(document_id=document.pk).state == "issued"
    content = files.load(sealed.sealed_sha256)
    assert hashlib.sha256(content).hexdigest() == sealed.sealed_sha256
    assert document.number in text_of(content)
    kinds = [line.kind for line in timeline(object_id=document.pk)]
    assert sorted(kinds) == sorted(
        ["documents.prepared", *["documents.signed"] * 3, "documents.sealed"]
    )  # fmt: skip
    said = [line.sentence for line in timeline(object_id=document.pk) if line.kind == "documents.signed"]
    paper = catalogue.kind(document.kind).name
    assert said == [
        f"承办人签署《{paper}》（手写）", f"当事人签署《{paper}》（手写）", f"承办人签署《{paper}》（钥匙）"
    ]  # fmt: skip
    assert verify().is_whole
    assert checks.failures() == []


def test_what_lacks_a_fact_takes_no_number_and_leaves_no_trace(office: Office) -> None:
    facts = facts_of("D04")
    lacking = dataclasses.replace(facts, party=dataclasses.replace(facts.party, name=None))
    with pytest.raises(Refused) as refusal:
        office.prepare(facts=lacking)
    assert (refusal.value.code, refusal.value.field) == ("document_incomplete", "party.name")
    assert (Document.objects.count(), IssuedNumber.objects.count()) == (0, 0)


def test_preparing_again_keeps_number_and_signatures_while_the_body_is_the_same(office: Office) -> None:
    first = office.prepare()
    block = office.sign(first)
    again = office.prepare()
    assert (again.pk, again.document.number) == (first.pk, first.document.number)
    assert queries.signatures_on(again) == [block]


def test_a_changed_body_voids_the_signatures_in_words(office: Office) -> None:
    block = office.sign(office.prepare())
    changed = office.prepare(facts=other_facts())
    assert queries.signatures_on(changed) == []
    block.refresh_from_db()
    assert (block.void_reason, block.voided_at is not None) == (CHANGED, True)
    office.sign(changed)
    assert len(queries.signatures_on(changed)) == 1
    assert verify().is_whole


def test_a_touch_counts_only_for_the_body_that_it_covered(office: Office) -> None:
    touched = office.touch(office.prepare())
    changed = office.prepare(facts=other_facts())
    with pytest.raises(Conflict) as refusal:
        office.sign(changed, touched)
    assert refusal.value.code == "body_changed"
    with pytest.raises(Conflict):
        office.sign(changed, dataclasses.replace(office.touch(changed), role="valuer"))
    assert SignatureBlock.objects.count() == 0


def test_the_same_signature_twice_is_one(office: Office) -> None:
    version = office.prepare()
    touched = office.touch(version)
    assert office.sign(version, touched) == office.sign(version, touched)
    assert [line.kind for line in timeline(object_id=version.document_id)].count("documents.signed") == 1


def test_a_sealed_document_takes_no_signature_and_is_sealed_once(office: Office) -> None:
    sealed = office.sealed()
    with pytest.raises(Conflict) as refusal:
        office.sign(sealed, Signed("party", "叶某", refusal="不愿签"))
    assert refusal.value.code == "sealed_already"
    assert services.seal(actor_id=None, version_id=sealed.pk).sealed_sha256 == sealed.sealed_sha256
    assert office.prepare(facts=other_facts()).sealed_sha256 == sealed.sealed_sha256


def test_nothing_is_sealed_while_an_opinion_is_missing(office: Office) -> None:
    version = office.prepare("D03", facts=facts_of("D03", opinion=OpinionsFacts(officers=Opinion("拟同意。"))))
    office.sign(version)
    office.sign(version, Signed("bureau_head", "吴某"))
    with pytest.raises(Refused) as refusal:
        services.seal(actor_id=None, version_id=version.pk)
    assert (refusal.value.code, refusal.value.field) == ("document_incomplete", "opinion.bureau_head")
    assert [error.field for error in refusal.value.errors] == ["opinion.bureau_head"]
    assert "负责人意见" in refusal.value.detail
    assert "封签" in refusal.value.detail
    version.refresh_from_db()
    assert (version.sealed_sha256, version.document.state) == ("", "prepared")


def test_two_workers_seal_once(office: Office) -> None:
    version = office.prepare()
    office.sign(version)
    office.complete(version)
    barrier, digests = threading.Barrier(2), []

    def seal() -> None:
        barrier.wait()
        digests.append(services.seal(actor_id=None, version_id=version.pk).sealed_sha256)
        connection.close()

    threads = [threading.Thread(target=seal) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(digests)) == 1 < len(digests)
    assert [line.kind for line in timeline(object_id=version.document_id)].count("documents.sealed") == 1


def test_refusal_and_paper_are_printed_and_said(office: Office) -> None:
    version = office.prepare()
    office.sign(version)
    office.sign(version, Signed("party", "叶某", refusal="认为数量不对"))
    office.sign(version, Signed("witness", "林某", paper_scan=files.store(b"scan of the signed paper")))
    sealed = office.seal(version)
    text = text_of(files.load(sealed.sealed_sha256))
    assert "拒绝签名" in text
    assert "认为数量不对" in text
    assert "见纸质签名" in text
    assert checks.failures() == []


def test_a_lost_or_changed_file_is_named_by_the_proof(office: Office) -> None:
    sealed = office.sealed()
    path = files.path_of(sealed.sealed_sha256)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")
    assert checks.failures() == [f"文件：文书 {sealed.sealed_sha256} 被改动"]
    path.unlink()
    assert checks.failures() == [f"文件：文书 {sealed.sealed_sha256} 缺失"]


def test_a_correction_is_a_new_version_and_the_old_one_says_so(office: Office, client: Client) -> None:
    old = office.sealed()
    with pytest.raises(Refused) as refusal:
        services.correct(actor=office.officer, document_id=old.document_id, facts=other_facts(), reason=" ")
    assert refusal.value.field == "reason"
    new = services.correct(
        actor=office.officer, document_id=old.document_id, facts=other_facts(), reason="当事人姓名有误"
    )
    assert (new.number, new.reason, new.token != old.token) == (2, "当事人姓名有误", True)
    office.sign(new)
    office.seal(new)
    assert said(old) == "corrected"
    assert said(new) == "in_force"
    assert new.document.number == old.document.number
    assert "叶建森" in text_of(files.load(Version.objects.get(pk=new.pk).sealed_sha256))
    assert "真实，但已更正" in client.get(f"/verify/{old.token}").content.decode()
    assert verify().is_whole


def said(version: Version) -> str:
    """What the public is told of a version."""
    return queries.verified(queries.by_token(version.token)).status


def test_what_is_not_sealed_is_changed_and_not_corrected(office: Office) -> None:
    version = office.prepare()
    with pytest.raises(Conflict) as refusal:
        services.correct(actor=office.officer, document_id=version.document_id, facts=other_facts(), reason="误")
    assert refusal.value.code == "not_sealed"
    assert said(version) == "unknown"


def test_a_void_document_says_so_and_makes_room_for_another(office: Office) -> None:
    sealed = office.sealed()
    with pytest.raises(Refused):
        services.void(actor=office.officer, document_id=sealed.document_id, reason="")
    services.void(actor=office.officer, document_id=sealed.document_id, reason="案件撤销")
    assert said(sealed) == "void"
    assert queries.documents_of("case", office.case_id) == []
    again = office.prepare()
    assert again.document_id != sealed.document_id
    services.void(actor=office.officer, document_id=again.document_id, reason="重复")
    with pytest.raises(Conflict) as refusal:
        services.seal(actor_id=None, version_id=again.pk)
    assert refusal.value.code == "not_in_preparation"
    assert verify().is_whole


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Version, {"facts": {}}), (Version, {"sealed_sha256": "0" * 64}), (Version, {"token": "another"}),
        (Document, {"number": "另一号"}), (Document, {"subject_id": uuid.UUID(int=1)}), (SignatureBlock, {"name": "别人"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else next(iter(value)),
)  # fmt: skip
def test_the_database_refuses_to_change_what_was_sealed(
    office: Office, model: type[Version | Document | SignatureBlock], change: dict[str, object]
) -> None:
    office.sealed()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()


def test_the_public_page_knows_genuine_files_changed_ones_and_others(office: Office, client: Client) -> None:
    sealed = office.sealed()
    content = files.load(sealed.sealed_sha256)
    page = client.get(f"/verify/{sealed.token}").content.decode()
    assert "真实有效" in page
    assert sealed.sealed_sha256 in page
    assert "叶" not in page, "the public is not told whose case it is"
    assert "真实有效" in dropped(client, content)
    assert "不是本" in dropped(client, content[:-1]) or "被改动" in dropped(client, content[:-1])
    assert "未查到" in client.get(f"/verify/{new_id()}").content.decode()


def dropped(client: Client, content: bytes) -> str:
    """The page after a file was dropped in."""
    answer = client.post("/verify/", {"file": SimpleUploadedFile("paper.pdf", content, "application/pdf")})
    return answer.content.decode()


def test_a_file_with_our_seal_that_the_register_does_not_know_is_said_to_be_so(office: Office, client: Client) -> None:
    sealed = office.sealed()
    content = files.load(sealed.sealed_sha256)
    with behind_the_rules() as cursor:
        cursor.execute("update documents_version set sealed_sha256 = repeat('0', 64)")
    assert queries.verified_file(content).status == "unregistered"
    assert "登记簿中没有此文件" in dropped(client, content)


def test_a_page_may_ask_by_the_digest_alone(office: Office, client: Client) -> None:
    sealed = office.sealed()
    answer = client.get(f"/verify/digest/{sealed.sealed_sha256}")
    assert (answer.status_code, answer.json()["status"], answer.json()["number"]) == (
        200, "in_force", sealed.document.number,
    )  # fmt: skip
    assert client.get(f"/verify/digest/{'0' * 64}").status_code == 404
    assert client.post(f"/verify/digest/{'0' * 64}").status_code == 405


def test_a_file_too_large_is_told_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhuanmai.documents.views.MAX_BYTES", 10)
    assert "20 MB" in dropped(client, b"x" * 11)


def test_the_print_set_has_each_document_as_often_as_its_copies_line_says(office: Office, home: Path) -> None:
    first, second = office.sealed("D04"), office.sealed("D42")
    documents = [first.document, second.document]
    wanted = [copies_of(one) for one in documents]
    assert wanted == [3, 2]
    with pikepdf.open(io.BytesIO(print_set(documents))) as printed:
        assert len(printed.pages) == 3 * first.page_count + 2 * second.page_count
        assert not any("/Annots" in page.obj for page in printed.pages), "the seal is part of the page"
    assert sum(share > 0.002 for share in red_pages(print_set(documents))) == sum(wanted)


def test_the_list_of_goods_is_printed_as_often_as_the_document_it_belongs_to(office: Office) -> None:
    lists = [office.prepare("D64", key=parent).document for parent in ("D03", "D04", "D21")]
    assert [copies_of(one) for one in lists] == [1, 3, 2]


def red_pages(pdf: bytes) -> list[float]:
    """How red each page is where no form widget and no annotation is drawn."""
    shares = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=1, may_draw_forms=False, draw_annots=False).to_pil().convert("RGB")
        red = sum(count for count, (r, g, b) in picture.getcolors(1 << 20) if r > 150 and g < 110 and b < 110)
        shares.append(red / (picture.width * picture.height))
    return shares
