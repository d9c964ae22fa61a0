"""Heads kept outside the host find what somebody who has the whole host, its database and its keys, has done."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from tests.behind import behind_the_rules, behind_the_rules_from_here
from tests.ledger.partner import authority, partner
from tests.ledger.test_entries import note
from zhuanmai.accounts.models import Officer
from zhuanmai.core import backup
from zhuanmai.core.checks import Health
from zhuanmai.core.clock import now
from zhuanmai.ledger import anchors, heads, time_stamps
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.checks import anchors_are_heard, ledger_is_whole
from zhuanmai.ledger.merkle import leaf_hash
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.tasks import anchor_head

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kinds_of_tests")]
DAY = dt.timedelta(days=1)


@pytest.fixture(params=["folder", "put", "post", "stamp"])
def outside(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """An anchor of each kind; the folder in which it keeps what it has."""
    settings.HOME_DIR, there = tmp_path / "home", tmp_path / "outside"
    there.mkdir()
    if request.param == "folder":
        settings.ANCHOR = str(there)
        yield there
        return
    with partner(there, *["posts"][: request.param == "post"]) as address:
        settings.ANCHOR = f"tsa+{address}/stamp" if request.param == "stamp" else f"{address}/bucket/heads?signature=x"
        settings.ANCHOR_ROOTS = str(there / "tsa.pem") if request.param == "stamp" else ""
        yield there


def anchored() -> heads.Head:
    """Three acts, sealed and anchored."""
    for _ in range(3):
        note()
    head = heads.seal()
    anchor_head.func(timestamp=0)
    return head


def rewritten() -> None:
    """The first act is another; all leaves, heads and exported files are made anew with the bureau's own key."""
    with transaction.atomic():
        behind_the_rules_from_here()
        with connection.cursor() as cursor:
            cursor.execute('update ledger_entry set facts = \'{"what": "别的"}\' where seq = 0')
            leaf = leaf_hash(canonical(Entry.objects.get(pk=0).content()))
            cursor.execute("update ledger_entry set leaf = %s where seq = 0", [leaf])
            cursor.execute("delete from ledger_treehead")
    shutil.rmtree(heads.folder())
    heads.seal()


def cut() -> None:
    """The last act was never done."""
    with behind_the_rules() as cursor:
        cursor.execute("delete from ledger_ledgerpersonal")
        cursor.execute("delete from ledger_entry where seq = 2")
        cursor.execute("delete from ledger_treehead")
    shutil.rmtree(heads.folder())
    heads.seal()


def test_a_whole_ledger_is_anchored_and_verifies(outside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = anchored()
    anchor_head.func(timestamp=0)  # again: nothing to do
    assert list(ledger_is_whole()) == []
    assert anchors.read().heads == {head.size: head}
    assert anchors_are_heard().health is Health.GOOD
    call_command("ledger", "anchor")
    call_command("ledger", "verify")
    out = capsys.readouterr().out
    assert "核对了 1 个树头，最新至第 3 条" in out
    assert "signature=x" not in out


@pytest.mark.parametrize("outside", ["folder"], indirect=True)
def test_the_auditors_page_reads_the_anchors_too(
    outside: Path, officer_with: Callable[[str], Officer], client: Client
) -> None:
    anchored()
    client.force_login(officer_with("auditor"))
    assert f"锚 {outside}：核对了 1 个树头" in client.post("/ledger/verify").content.decode()
    (outside / "head-000000000003.json").unlink()
    assert "曾写入，现已没有" in client.post("/ledger/verify").content.decode()


@pytest.mark.parametrize("how", [rewritten, cut])
def test_what_was_done_on_the_host_is_found_although_all_was_made_anew(outside: Path, how: Any, settings: Any) -> None:
    anchored()
    how()
    where, settings.ANCHOR = settings.ANCHOR, ""
    assert list(ledger_is_whole()) == [], "on the host alone nothing shows"
    settings.ANCHOR = where
    found = list(ledger_is_whole())
    assert found, "the anchor shows it"
    assert found[0].startswith("第 0–2 条记录中有记录被改动" if how is rewritten else "第 2 条记录缺失"), found


def test_what_an_anchor_lost_or_changed_is_named(outside: Path, settings: Any) -> None:
    anchored()
    kept = next(anchors.folder().glob("*/*.tsr")) if "stamp" in settings.ANCHOR else outside / "head-000000000003.json"
    content = kept.read_bytes()
    kept.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    assert any("被改动" in one for one in ledger_is_whole())
    kept.unlink()
    (outside / anchors.NEWEST).unlink(missing_ok=True)
    assert any("缺失" in one and "现已没有" in one for one in ledger_is_whole())


def test_a_spoilt_note_of_ours_is_named_and_the_other_anchors_are_read(tmp_path: Path, settings: Any) -> None:
    settings.HOME_DIR, there = tmp_path / "home", [tmp_path / "one", tmp_path / "two"]
    for one in there:
        one.mkdir()
    settings.ANCHOR = " ".join(map(str, there))
    anchored()
    (note_of_ours,) = anchors.anchors()[0].notes.glob("head-*.json")
    note_of_ours.write_text("{}")
    found = anchors.read()
    assert [problem.where for problem in found.problems] == [f"锚 {there[0]} 的记录"]
    assert [line for line in found.lines if str(there[1]) in line] == [f"锚 {there[1]}：核对了 1 个树头，最新至第 3 条"]


@pytest.mark.parametrize("outside", ["stamp"], indirect=True)
def test_roots_that_are_not_there_are_no_lost_token(outside: Path, settings: Any) -> None:
    anchored()
    settings.ANCHOR_ROOTS = str(outside / "gone.pem")
    found = anchors.read()
    assert found.problems == []
    assert ["读不到 ZHUANMAI_ANCHOR_ROOTS" in line for line in found.lines] == [True]
    note()
    heads.seal()
    assert ["读不到 ZHUANMAI_ANCHOR_ROOTS" in words for words in anchors.anchor_newest()] == [True]


def test_an_anchor_that_does_not_answer_is_tried_again_and_told(tmp_path: Path, settings: Any) -> None:
    settings.HOME_DIR = tmp_path / "home"
    settings.ANCHOR = f"{tmp_path / 'not-mounted'} http://127.0.0.1:9/heads tsa+http://127.0.0.1:9/"
    note()
    heads.seal()
    with pytest.raises(RuntimeError, match="not-mounted.*heads.*tsa"):
        anchor_head.func(timestamp=0)
    with pytest.raises(CommandError, match="not-mounted"):
        call_command("ledger", "anchor")
    assert not (tmp_path / "not-mounted").exists()
    finding = anchors_are_heard()
    assert (finding.health, finding.words.count("超过一天")) == (Health.BAD, 3)
    assert [line[0] for line in anchors.read().lines][:2] == ["!", "!"]
    assert anchors_are_heard() == finding  # to read what was noted is not to hear of it


def test_a_backup_takes_whatever_is_noted_of_anchors(tmp_path: Path, settings: Any) -> None:
    settings.HOME_DIR = tmp_path / "home"
    settings.ANCHOR = f"{tmp_path} http://127.0.0.1:9/heads"
    note()
    heads.seal()
    assert len(anchors.anchor_newest()) == 1  # the second does not answer
    noted = tmp_path / "home" / "anchors"
    names = [path.relative_to(noted).as_posix() for path in noted.rglob("*") if path.is_file()]
    assert {name.rpartition("/")[2] for name in names} >= {"heard", "trouble"}
    assert not [name for name in names if not re.fullmatch(backup._folders["anchors"].names, name)]


def test_a_newer_head_is_never_written_over(tmp_path: Path, settings: Any) -> None:
    settings.HOME_DIR, settings.ANCHOR = tmp_path / "home", str(tmp_path)
    anchored()
    cut()
    assert "可能被截断" in anchors.anchor_newest()[0]
    assert json.loads((tmp_path / anchors.NEWEST).read_text())["size"] == 3


@pytest.mark.parametrize(
    "ago, is_silent", [(None, True), (dt.timedelta(0), False), (DAY, False), (DAY + dt.timedelta(seconds=1), True)]
)
def test_how_long_an_anchor_may_be_silent(ago: dt.timedelta | None, is_silent: bool) -> None:
    at = now()
    assert anchors.is_silent(None if ago is None else at - ago, at) == is_silent


@pytest.mark.parametrize("outside", ["stamp"], indirect=True)
def test_a_token_of_another_authority_or_over_other_bytes_is_refused(outside: Path, settings: Any) -> None:
    asked = time_stamps.request(b"a head")
    _, answer = anchors.ask("POST", settings.ANCHOR.removeprefix("tsa+"), asked.content, time_stamps.QUERY)
    token = time_stamps.token(asked, answer)
    assert time_stamps.fits(token, b"a head")
    assert not time_stamps.fits(token, b"another")
    with pytest.raises(time_stamps.NoToken):
        time_stamps.token(time_stamps.request(b"a head"), answer)  # an old answer to a new question
    for spoilt in (b"", b"\x30\x00", answer[:-20]):
        with pytest.raises(time_stamps.NoToken):
            time_stamps.token(asked, spoilt)
    (outside.parent / "elsewhere").mkdir()
    authority(outside.parent / "elsewhere")
    settings.ANCHOR_ROOTS = str(outside.parent / "elsewhere" / "tsa.pem")
    assert not time_stamps.fits(token, b"a head")
    settings.ANCHOR_ROOTS = ""  # whoever stamped it: only that it is whole counts
    assert time_stamps.fits(token, b"a head")
    assert not time_stamps.fits(token, b"another")
