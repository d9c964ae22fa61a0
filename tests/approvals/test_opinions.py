"""The words of an opinion: they say what is decided, and they can be printed, by the very rules of the seal."""

# ruff: noqa: F811 - fixtures are asked for by their names

from __future__ import annotations

import pytest

from tests.approvals.papers import refused
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from tests.enforcement.desk import Signer
from tests.exchange.conftest import work_off
from tests.toy.test_room import Tablet, submitted, tablet, toy  # noqa: F401
from zhuanmai.approvals import services
from zhuanmai.approvals.models import Approval
from zhuanmai.core.errors import Refused
from zhuanmai.documents import fonts
from zhuanmai.documents.models import Document

pytestmark = pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build")


@pytest.mark.parametrize(
    "agreed, words, opinion",
    [
        (True, "", "同意。"),
        (True, "同意", "同意"),
        (True, "情况属实", "同意。情况属实"),
        (True, "同意\n\n\n立案", "同意 立案"),
        (True, "原则同意", "同意。原则同意"),
        (False, "证据不足", "不同意。证据不足"),
        (False, "不同意，证据不足", "不同意，证据不足"),
        (False, "不予立案", "不同意。不予立案"),
        (False, "当事人同意补正后再报", "不同意。当事人同意补正后再报"),
    ],
)
def test_an_opinion_begins_with_what_is_decided(agreed: bool, words: str, opinion: str) -> None:
    assert services._opinion(agreed, words) == opinion


@pytest.mark.parametrize(
    "agreed, words, code",
    [
        (True, "不同意", "words_contradict"),
        (True, "不 同意", "words_contradict"),
        (True, "反对！不同意", "words_contradict"),
        (True, "不予同意，应当撤销", "words_contradict"),
        (True, "予以驳回", "words_contradict"),
        (True, "同意，但我反对", "words_contradict"),
        (False, "同意", "words_contradict"),
        (False, "同意立案", "words_contradict"),
        (False, "。同意", "words_contradict"),
        (False, "不同意同意", "words_contradict"),
        (False, "", "words_missing"),
        (False, "不同意。", "words_missing"),
        (False, "  ， ", "words_missing"),
        (True, "好" * 281, "words_too_long"),
    ],
)
def test_an_opinion_that_says_the_opposite_or_nothing_is_refused(agreed: bool, words: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        services._opinion(agreed, words)
    assert (refusal.value.code, refusal.value.field) == (code, "words")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "words, code, said",
    [
        ("好" * 117, "", ""),
        ("好" * 118, "text_too_long", "最多 120 字，现有 121 字"),
        ("同意🚬", "glyph_missing", "U+1F6AC"),
        ("同意\u202eabc", "glyph_missing", "U+202E"),
    ],
)
def test_an_opinion_is_asked_at_once_whether_it_can_be_printed(
    toy: Bureau, tablet: Tablet, submitted: dict[str, Signer], words: str, code: str, said: str
) -> None:
    row = Approval.objects.get(state="waiting")

    def begin() -> object:
        return services.begin(officer=toy["bing"], approval_id=row.pk, agreed=True, words=words)

    if code:
        found = refused(begin)
        assert (found[0], said in found[1]) == (code, True), found
        return
    submitted["bing"].decide(tablet.check_id, "grant", words=words)
    submitted["wu"].decide(tablet.check_id, "grant")
    work_off()
    assert Document.objects.get().state == "sealed"
