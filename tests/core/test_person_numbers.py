"""Proves: no search over people is an oracle. What a mask hides of a number is told by no fragment of it, anywhere.

Every address that takes no part is asked with `q`; those that find somebody by a whole number are the searches, a new
one by itself.
"""

# ruff: noqa: F811
from __future__ import annotations

import datetime as dt
import functools

import pytest
from django.test import Client

from tests.core.walking import addresses, text_of
from tests.enforcement.conftest import Bureau, TabletClient, bureau  # noqa: F401
from zhuanmai.accounts import personal
from zhuanmai.accounts.personal import Standing, Thing, View
from zhuanmai.core.clock import SHANGHAI, set_clock, today
from zhuanmai.core.ids import new_id
from zhuanmai.core.masking import masked_id, masked_phone
from zhuanmai.enforcement.models import Party
from zhuanmai.ledger.models import Entry, LedgerPersonal
from zhuanmai.reference.models import Licensee

pytestmark = pytest.mark.django_db
LICENCE, OTHERS = "350206150798", "350206150799"
PHONE, ID_NO = "13955550006", "350206197908178556"
SHORT_PHONE, PASSPORT = "5558421", "E12347316"
UNKNOWN_PHONE, UNKNOWN_ID = "13800001357", "350206198501012399"
SEARCHES = {"/search", "/cases", "/reference/licensees/", "/api/reference/licensees"}
KINDS = ("enforcement.searched", "reference.searched")


@pytest.fixture
def tablet(bureau: Bureau) -> TabletClient:
    """A person in a case of 甲 and 乙 and in the register; another with a short telephone and a passport in both."""
    found = bureau.open_case()
    found.done("party.set", party_id=str(new_id()), name="叶𬭎森", id_no=ID_NO, phone=PHONE, licence_no=LICENCE)
    Party.objects.create(case_id=found.case_id, name="李一", phone=SHORT_PHONE, id_no=PASSPORT)
    Licensee.objects.create(licence_no=LICENCE, holder_name="叶𬭎森", holder_id=ID_NO, phone=PHONE)
    Licensee.objects.create(licence_no=OTHERS, holder_name="李一", holder_id=PASSPORT, phone=SHORT_PHONE)
    return found


class Searching:
    """A browser of somebody, and what its searches find."""

    def __init__(self, bureau: Bureau, username: str, tablet: TabletClient) -> None:
        self.client = Client()
        self.client.force_login(bureau[username])
        self.finds = (LICENCE, OTHERS, str(tablet.case_id))

    def found(self, path: str, words: str) -> bool:
        """Whether the address answers with one of the people's licences or their case."""
        answer = self.client.get(path, {"q": words, "all": "1"})
        return answer.status_code == 200 and any(one in text_of(answer) for one in self.finds)

    @functools.cached_property
    def searches(self) -> set[str]:
        """The addresses that find somebody by a whole number, and nobody by one that nobody has."""
        paths = {f"/{one.route}" for one in addresses() if "<" not in one.route and "GET" in one.methods}
        asked = {path for path in paths if any(self.found(path, one) for one in (PHONE, ID_NO))}
        return {path for path in asked if not any(self.found(path, one) for one in (UNKNOWN_PHONE, UNKNOWN_ID))}


@pytest.mark.parametrize("username", ["bing", "jia"])
def test_no_search_tells_what_the_mask_hides(bureau: Bureau, tablet: TabletClient, username: str) -> None:
    desk = Searching(bureau, username, tablet)
    assert desk.searches >= SEARCHES
    for path in desk.searches:
        for number, mask in ((PHONE, masked_phone), (ID_NO, masked_id)):
            assert mask(number).endswith(number[-4:])
            assert desk.found(path, number[-4:]), path
            ends = [number[-n:] for n in range(5, len(number))]
            for fragment in (*ends, *(number[:n] for n in range(4, len(number))), number[3:7], number[6:14]):
                assert not desk.found(path, fragment), (path, fragment)


def test_the_end_of_a_short_number_which_its_mask_hides_finds_nobody(bureau: Bureau, tablet: TabletClient) -> None:
    desk = Searching(bureau, "bing", tablet)
    assert (masked_phone(SHORT_PHONE), masked_id(PASSPORT)) == ("5***", "E1*****16")
    for path in sorted(SEARCHES):
        assert not desk.found(path, SHORT_PHONE[-4:]), path
        assert not desk.found(path, PASSPORT[-4:]), path
        assert desk.found(path, PASSPORT), path


@pytest.mark.parametrize("minutes, entries", [(-1, 1), (1, 2)])
def test_a_day_of_looks_ends_at_midnight_of_the_bureau(bureau: Bureau, minutes: int, entries: int) -> None:
    """The same search and the same view, at 23:58 and a minute before or after midnight."""
    midnight = dt.datetime.combine(today() + dt.timedelta(days=1), dt.time(0), SHANGHAI)
    officer, seen = bureau["jia"], View("case", Thing.FACTS, "case", new_id(), None, "当事人信息", "平板")
    for at in (midnight - dt.timedelta(minutes=2), midnight + dt.timedelta(minutes=minutes)):
        set_clock(at)
        personal.searched("reference.searched", actor=officer, words=PHONE, count=1)
        personal.look(actor=officer, view=seen, standing=Standing(works=True))
    assert Entry.objects.filter(kind="reference.searched").count() == entries
    assert Entry.objects.filter(kind="enforcement.seen").count() == entries


@pytest.mark.parametrize("path", sorted(SEARCHES))
def test_each_look_for_a_number_is_entered_once_a_day(bureau: Bureau, tablet: TabletClient, path: str) -> None:
    desk = Searching(bureau, "bing", tablet)
    for words in (PHONE[-4:], PHONE, "139 5555 0006", ID_NO, UNKNOWN_PHONE, UNKNOWN_ID):
        desk.found(path, words)
        entered = Entry.objects.filter(kind__in=KINDS).count()
        assert LedgerPersonal.objects.filter(entry__kind__in=KINDS, part__words=words).exists(), words
        desk.found(path, words)
        assert Entry.objects.filter(kind__in=KINDS).count() == entered
    rows = Entry.objects.filter(kind__in=KINDS)
    assert {row.actor_id for row in rows} == {bureau["bing"].pk}
    assert not any(PHONE in str(row.facts) or ID_NO in str(row.facts) for row in rows)
