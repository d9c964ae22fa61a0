"""Proves: a bureau starts with two administrators and links; a link needs two people, opens once, for its time."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from tests.accounts.conftest import People, enrolled, software_key
from tests.authenticator import SoftAuthenticator
from zhuanmai.accounts import invitations, passkeys, services, staffing
from zhuanmai.accounts.checks import administrators_can_sign_in
from zhuanmai.accounts.models import Grant, Invitation, Key, Officer, Unit
from zhuanmai.accounts.permissions import may
from zhuanmai.core.checks import Health
from zhuanmai.core.errors import Conflict, NotAllowed, NotFound, Refused
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify

Desk = Callable[[str], Client]
ROOT = ("--unit", "350200", "厦门市烟草专卖局", "厦烟")
TWO = ("--admin", "zhang", "张三", "--admin", "li", "李四")


def secrets_in(text: str) -> list[str]:
    """The secrets of the links that a command printed."""
    return [part.split()[0] for part in text.split("/enrol#")[1:]]


def look(secret: str) -> Any:
    """What somebody who opens a link is answered."""
    return Client().post("/api/accounts/enrol/look", {"secret": secret}, content_type="application/json")


def come_by(secret: str, soft: SoftAuthenticator) -> Key:
    """Someone opens a link and registers a key."""
    begun = passkeys.begin_invited(secret=secret)
    return passkeys.finish_invited(
        secret=secret,
        challenge_id=uuid.UUID(begun["challenge_id"]),
        credential=soft.register(begun["options"]),
        name="钥匙",
    )


@pytest.mark.django_db
def test_a_new_bureau_has_two_administrators_who_enrol_by_link(capsys: Any, settings: Any) -> None:
    settings.KEY_REQUIRED = True
    assert administrators_can_sign_in().health is Health.BAD
    call_command("bootstrap", *ROOT, *TWO)
    out = capsys.readouterr().out
    found = secrets_in(out)
    assert len(found) == 2
    assert "张三" in out
    root = Unit.objects.get()
    assert (root.code, root.name, root.kind, root.abbreviation) == ("350200", "厦门市烟草专卖局", "city_bureau", "厦烟")
    assert not any(one.has_usable_password() for one in Officer.objects.all())
    assert administrators_can_sign_in().health is Health.BAD
    for secret in found:
        assert come_by(secret, software_key()).is_usable
    assert administrators_can_sign_in().health is Health.GOOD
    zhang, li = Officer.objects.get(username="zhang"), Officer.objects.get(username="li")
    waiting = services.grant(actor=zhang, officer=li, role="analyst", unit=root, reason="兼任")
    with pytest.raises(NotAllowed):
        services.confirm_grant(actor=zhang, grant_id=waiting.pk)
    kinds = list(Entry.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds[:3] == ["accounts.bootstrapped", "accounts.link_issued", "accounts.link_issued"]
    assert found[0] not in str(list(Invitation.objects.values())) + str(list(Entry.objects.values()))
    assert verify(None).is_whole


@pytest.mark.django_db
def test_a_bureau_starts_once_and_with_two_different_people(capsys: Any) -> None:
    for lacking in ((), ("--admin", "zhang", "张三"), ("--admin", "zhang", "张三", "--admin", "zhang", "李四")):
        with pytest.raises(CommandError, match="两名不同的安全管理员"):
            call_command("bootstrap", *ROOT, *lacking)
    for wrong in (("--admin", "Zhang San", "张三", "--admin", "li", "李四"), (*TWO, "--admin", "li", "王五")):
        with pytest.raises(CommandError, match="账号"):
            call_command("bootstrap", *ROOT, *wrong)
    assert not Unit.objects.exists()
    call_command("bootstrap", *ROOT, *TWO)
    count = Entry.objects.count()
    with pytest.raises(CommandError, match="已有安全管理员"):
        call_command("bootstrap", *ROOT, "--admin", "x1", "甲", "--admin", "x2", "乙")
    assert (Officer.objects.count(), Entry.objects.count()) == (2, count)


@pytest.mark.django_db
def test_links_are_renewed_for_those_without_a_key_only(capsys: Any) -> None:
    call_command("bootstrap", *ROOT, *TWO)
    first, second = secrets_in(capsys.readouterr().out)
    come_by(first, software_key())
    call_command("bootstrap", "--renew")
    [renewed] = secrets_in(capsys.readouterr().out)
    with pytest.raises(Conflict) as over:
        come_by(second, software_key())
    assert over.value.code == "link_over"
    come_by(renewed, software_key())
    call_command("bootstrap", "--renew")
    assert secrets_in(capsys.readouterr().out) == []


UNITS = """代码,名称,类别,上级代码,简称,区划代码
350206,厦门市湖里区烟草专卖局,区局,350200,厦湖烟,350206
350206-1,湖里区稽查一中队,squad,350206,,
350299,没有上级的中队,squad,999999,,
350207,没有简称的区局,district_bureau,350200,,350207
350206,重复,squad,350200,,
x!,坏代码,squad,350200,,
350208,坏类别,office,350200,,
"""
OFFICERS = """账号,姓名,单位代码,执法证号,执法证有效期至,岗位
wang,王五,350206-1,35020610001,2029-12-31,officer;squad_leader
zhao,赵六,350206,,,department_head
sun,孙七,350206-9,,,
zhou,周八,350206,35020610001,2029-12-31,
wu,吴九,350206,35020610009,,
zheng,郑十,350206,35020610010,31.12.2029,
Bad Name,某人,350206,,,
feng,冯某,350206,,,security_admin
chen,陈某,350206,,,gardener
wang,重名,350206,,,
"""


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_files_are_previewed_then_taken_and_wrong_rows_are_named(tmp_path: Path, capsys: Any, encoding: str) -> None:
    units, officers = tmp_path / "units.csv", tmp_path / "officers.csv"
    units.write_bytes(UNITS.encode(encoding))
    officers.write_bytes(OFFICERS.encode(encoding))
    files = ("--units", str(units), "--officers", str(officers))
    call_command("bootstrap", *ROOT, *TWO, *files, "--preview")
    seen = capsys.readouterr()
    assert "将建立 3 个单位、4 名人员，退回 13 行（预览，未写入）" in seen.out
    assert secrets_in(seen.out) == []
    for line in ("单位 第 4 行：没有上级单位 999999", "单位 第 5 行：烟草专卖局须有", "单位 第 6 行：单位 350206 已存在",
                 "单位 第 7 行：单位代码", "单位 第 8 行：类别应为", "人员 第 4 行：没有单位 350206-9", "人员 第 5 行：执法证号",
                 "人员 第 6 行：请写明执法证的有效期", "人员 第 7 行：日期", "人员 第 8 行：账号用小写字母",
                 "人员 第 9 行：安全管理员须由两人", "人员 第 10 行：没有岗位“gardener”", "人员 第 11 行：账号 wang 已存在"):  # fmt: skip
        assert line in seen.err
    assert not Unit.objects.exists()
    assert not Entry.objects.exists()
    call_command("bootstrap", *ROOT, *TWO, *files)
    assert len(secrets_in(capsys.readouterr().out)) == 2
    assert (Unit.objects.count(), Officer.objects.count()) == (3, 4)
    wang = Officer.objects.get(username="wang")
    assert not may(wang, "enforcement.act")
    for waiting in Grant.objects.filter(officer=wang):
        services.confirm_grant(actor=Officer.objects.get(username="zhang"), grant_id=waiting.pk)
    assert may(wang, "enforcement.act", unit=wang.unit)
    call_command("load_staff", *files)
    assert "已建立 0 个单位、0 名人员" in capsys.readouterr().out
    assert verify(None).is_whole


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="读不到文件"):
        call_command("load_staff", "--units", str(tmp_path / "none.csv"))
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\xff\xff\xff\x00\x81")
    with pytest.raises(CommandError, match="读不懂"):
        call_command("load_staff", "--officers", str(broken))


def test_a_link_needs_two_people_and_never_the_holder(people: People) -> None:
    made, secret = invitations.issue(actor=people["security"], officer=people["jia"])
    with pytest.raises(Conflict) as waiting:
        come_by(secret, software_key())
    assert waiting.value.code == "link_waiting"
    with pytest.raises(NotAllowed) as same:
        invitations.approve(actor=people["security"], invitation_id=made.pk)
    assert same.value.code == "same_person"
    with pytest.raises(NotAllowed):
        invitations.approve(actor=people["yi"], invitation_id=made.pk)
    invitations.approve(actor=people["security2"], invitation_id=made.pk)
    with pytest.raises(Conflict) as twice:
        invitations.approve(actor=people["security2"], invitation_id=made.pk)
    assert twice.value.code == "approved_already"
    key = come_by(secret, software_key())
    assert key.officer == people["jia"]
    assert (key.is_usable, key.approved_by) == (True, people["security2"])
    with pytest.raises(Conflict) as over:
        come_by(secret, software_key())
    assert over.value.code == "link_over"
    with pytest.raises(NotAllowed) as own:
        invitations.issue(actor=people["security"], officer=people["security"])
    assert own.value.code == "own_link"
    mine, _ = invitations.issue(actor=people["security"], officer=people["security2"])
    with pytest.raises(NotAllowed) as holder:
        invitations.approve(actor=people["security2"], invitation_id=mine.pk)
    assert holder.value.code == "own_link"


def test_a_link_is_over_when_withdrawn_run_out_replaced_or_its_holder_gone(people: People) -> None:
    def fresh() -> tuple[Invitation, str]:
        made, secret = invitations.issue(actor=people["security"], officer=people["jia"])
        invitations.approve(actor=people["security2"], invitation_id=made.pk)
        return made, secret

    made, secret = fresh()
    invitations.withdraw(actor=people["security"], invitation_id=made.pk)
    with pytest.raises(Conflict):
        passkeys.begin_invited(secret=secret)
    with pytest.raises(Conflict):
        invitations.withdraw(actor=people["security"], invitation_id=made.pk)
    made, secret = fresh()
    Invitation.objects.filter(pk=made.pk).update(expires_at="2020-01-01T00:00:00Z")
    with pytest.raises(Conflict):
        passkeys.begin_invited(secret=secret)
    _, replaced = fresh()
    _, newest = fresh()
    with pytest.raises(Conflict):
        passkeys.begin_invited(secret=replaced)
    staffing.set_active(actor=people["security"], officer_id=people["jia"].pk, active=False, reason="调离")
    with pytest.raises(Conflict):
        passkeys.begin_invited(secret=newest)
    for unknown in ("", "x" * 43, "\x00"):
        with pytest.raises(NotFound):
            passkeys.begin_invited(secret=unknown)


def test_whoever_lost_the_only_key_comes_back_by_a_link(people: People) -> None:
    lost = enrolled(people["jia"], software_key())
    with pytest.raises(Conflict) as has:
        invitations.issue(actor=people["security"], officer=people["jia"])
    assert has.value.code == "has_key"
    services.revoke_key(actor=people["security"], key_id=lost.pk, reason="遗失")
    made, secret = invitations.issue(actor=people["security"], officer=people["jia"])
    invitations.approve(actor=people["security2"], invitation_id=made.pk)
    assert come_by(secret, software_key()).is_usable


def test_administrators_of_a_district_make_people_and_links_there_only(people: People) -> None:
    waiting = services.grant(
        actor=people["security"], officer=people["clerk"], role="security_admin", unit=people.unit("350206"), reason="x"
    )
    services.confirm_grant(actor=people["security2"], grant_id=waiting.pk)
    stranger = Officer.objects.filter(unit__code="350203-1").first()
    assert stranger is not None
    for act in (
        lambda: invitations.issue(actor=people["clerk"], officer=stranger),
        lambda: staffing.set_active(actor=people["clerk"], officer_id=stranger.pk, active=False, reason="x"),
        lambda: staffing.create_officer(
            actor=people["clerk"], unit=people.unit("350203"), row=staffing.OfficerRow("new", "新人")
        ),
    ):
        with pytest.raises(NotAllowed):
            act()
    made = staffing.create_officer(
        actor=people["clerk"], unit=people.unit("350206"), row=staffing.OfficerRow("new", "新人")
    )
    assert not made.has_usable_password()
    with pytest.raises(Refused):
        staffing.create_officer(
            actor=people["clerk"], unit=people.unit("350206"), row=staffing.OfficerRow("new", "别人")
        )


def test_an_officer_is_made_and_given_a_link_on_the_pages(people: People, at_desk: Desk, settings: Any) -> None:
    form = {"name": "新人", "username": "xin", "unit": str(people.unit("350206-1").pk), "certificate_no": "35020610077"}
    refused = at_desk("security").post("/people/new", form)
    assert refused.status_code == 422
    assert "请写明执法证的有效期" in refused.content.decode()
    assert 'value="35020610077"' in refused.content.decode()
    made = at_desk("security").post("/people/new", {**form, "certificate_valid_to": "2029-12-31"})
    xin = people["xin"]
    assert made["Location"] == f"/people/{xin.pk}"
    assert at_desk("security").post("/people/new", form | {"username": "\x00"}).status_code == 422
    assert at_desk("auditor").get("/people/new").status_code == 403
    shown = at_desk("security").post(f"/people/{xin.pk}/link").content.decode()
    [secret] = [part.split('"')[0] for part in shown.split("/enrol#")[1:]]
    assert "no-store" in at_desk("security").post(f"/people/{xin.pk}/link")["Cache-Control"]
    assert look(secret).status_code == 409
    refused = Entry.objects.latest("seq")
    assert (refused.kind, refused.object_id, refused.facts["reason"]) == (
        "accounts.link_refused", xin.pk, "已使用、已收回或已过期",
    )  # fmt: skip
    waiting = xin.invitations.get(revoked_at=None)
    page = at_desk("security2").get("/people").content.decode()
    assert f"/people/links/{waiting.pk}/approve" in page
    assert f"/people/links/{waiting.pk}/approve" not in at_desk("security").get("/people").content.decode()
    assert at_desk("security2").post(f"/people/links/{waiting.pk}/approve").status_code == 302
    assert at_desk("security").post(f"/people/links/{waiting.pk}/withdraw").status_code == 302
    assert look("nothing").status_code == 404
    assert Client().get(f"/enrol/{secret}").status_code == 404


def test_a_link_answers_malformed_input_in_words(people: People) -> None:
    for path, body in (("begin", {}), ("begin", {"secret": 5}), ("begin", {"secret": "x"}),
                       ("finish", {"secret": "x", "challenge_id": "x", "credential": {}}),
                       ("finish", {"secret": "x", "challenge_id": str(uuid.uuid4()), "credential": {}})):  # fmt: skip
        answer = Client().post(f"/api/accounts/enrol/{path}", body, content_type="application/json")
        assert answer.status_code in (404, 422)
        assert answer.json()["detail"]


def test_someone_who_is_stopped_is_out_and_can_be_let_back(people: People, at_desk: Desk) -> None:
    client = at_desk("jia")
    jia = people["jia"]
    assert at_desk("security").post(f"/people/{jia.pk}/active", {"active": "0", "reason": ""}).status_code == 422
    assert at_desk("security").post(f"/people/{jia.pk}/active", {"active": "0", "reason": "调离"}).status_code == 302
    assert client.get("/me").status_code == 302
    assert at_desk("security").post(f"/people/{jia.pk}/active", {"active": "0", "reason": "调离"}).status_code == 409
    assert at_desk("security").post(f"/people/{jia.pk}/active", {"active": "1", "reason": "返岗"}).status_code == 302
    assert people["jia"].is_active
    own = people["security"]
    assert at_desk("security").post(f"/people/{own.pk}/active", {"active": "0", "reason": "x"}).status_code == 403
    assert at_desk("security").post(f"/people/{uuid.uuid4()}/active", {"active": "0", "reason": "x"}).status_code == 404
