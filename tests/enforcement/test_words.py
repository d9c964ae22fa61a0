"""In English no state and no next act is left in Chinese."""

from __future__ import annotations

import pytest
from django.utils import translation

from zhuanmai.documents.models import DocumentState
from zhuanmai.enforcement.paperwork import STATES_ZH
from zhuanmai.enforcement.procedure import State
from zhuanmai.enforcement.services.approvals import MATTERS
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


@pytest.mark.parametrize("purpose", MATTERS)
def test_an_approval_is_named_by_its_purpose_and_step_in_both_languages(purpose: str) -> None:
    matter = MATTERS[purpose]
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for step in matter.steps:
                name = approval_name({"purpose": purpose, "step": step.role})
                assert str(matter.label) in name
                assert str(step.label) in name
                assert (language == "en") is name.replace(" · ", " ").isascii()
