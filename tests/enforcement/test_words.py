"""In English no state and no next act is left in Chinese."""

from __future__ import annotations

import pytest
from django.utils import translation

from zhuanmai.documents.models import DocumentState
from zhuanmai.enforcement.models import Approval
from zhuanmai.enforcement.procedure import State
from zhuanmai.enforcement.stages import STATES_ZH
from zhuanmai.enforcement.templatetags.case_words import WORDS, approval_name, in_words

SAID = [*(state.zh for state in State), *STATES_ZH.values(), *WORDS]


@pytest.mark.parametrize("words", SAID)
def test_every_state_and_act_is_said_in_english_and_stays_as_it_is_in_chinese(words: str) -> None:
    with translation.override("en"):
        assert in_words(words).isascii()
    with translation.override("zh-hans"):
        assert in_words(words) == words


def test_every_document_has_words_for_its_state() -> None:
    assert set(DocumentState.values) <= set(STATES_ZH)


@pytest.mark.parametrize("purpose", Approval.Purpose)
def test_an_approval_is_named_by_its_purpose_and_step_in_both_languages(purpose: Approval.Purpose) -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            name = approval_name({"purpose": purpose.value, "step": "bureau_head"})
            assert str(purpose.label) in name
            assert str(Approval.Step.BUREAU_HEAD.label) in name
            assert (language == "en") is name.replace(" · ", " ").isascii()
