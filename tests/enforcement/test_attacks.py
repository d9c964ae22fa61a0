"""Random walks over a case's approvals by people who try everything: nothing is decided but by a touch made for it.

`ZHUANMAI_WALKS` walks (3; the proof `attacks` takes 200), each from a seed that a failure names.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q

from tests.documents.reading import text_of
from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, Scene, scene
from zhuanmai.accounts import services as people
from zhuanmai.accounts.models import Grant, Role, Signing
from zhuanmai.approvals import services as approvals
from zhuanmai.approvals.models import DECIDED, Approval
from zhuanmai.core import files
from zhuanmai.core.checks import failures
from zhuanmai.core.clock import today
from zhuanmai.core.errors import Refused
from zhuanmai.documents.models import Document, SignatureBlock
from zhuanmai.documents.queries import current
from zhuanmai.enforcement.services import signing

pytestmark = pytest.mark.django_db
WALKS = int(os.environ.get("ZHUANMAI_WALKS", "3"))
STEPS = 60
HEADS = {"bing": Role.DEPARTMENT_HEAD, "ding": Role.LEGAL_HEAD, "wu": Role.BUREAU_HEAD}


@dataclass(frozen=True)
class Touch:
    """A touch as somebody made it: whose, for which approval (None: for the documents), for which decision."""

    who: str
    approval: uuid.UUID | None
    agreed: bool
    signing_id: uuid.UUID
    credential: dict[str, Any]


@dataclass
class Walk:
    """One walk: what was touched, what a legitimate hand-in decided, and the opinion that each decision wrote."""

    found: Scene
    dice: random.Random
    touches: list[Touch] = field(default_factory=list)
    decided: dict[uuid.UUID, Touch] = field(default_factory=dict)
    opinions: dict[uuid.UUID, str] = field(default_factory=dict)

    def touch(self) -> None:
        """Somebody begins a decision that they may give; the opinion is like no other."""
        who, row = self.dice.choice([*HEADS, "clerk"]), self._waiting()
        if row is None:
            return
        agreed = self.dice.random() < 0.75
        words = f"意见{len(self.touches)}号"
        begun = approvals.begin(officer=self.found[who].officer, approval_id=row.pk, agreed=agreed, words=words)
        answer = self.found[who].key.answer(begun["options"])
        self.touches.append(Touch(who, row.pk, agreed, uuid.UUID(begun["signing_id"]), answer))

    def touch_documents(self) -> None:
        """Somebody begins to sign documents."""
        who = self.dice.choice(["jia", "yi", "ji", "wu"])
        begun = signing.begin(officer=self.found[who].officer, case_id=self.found.case_id)
        answer = self.found[who].key.answer(begun["options"])
        self.touches.append(Touch(who, None, True, uuid.UUID(begun["signing_id"]), answer))

    def hand_in(self) -> None:
        """A touch goes where it belongs, or anywhere else; by its maker, or by another; with its key, or without."""
        if not self.touches:
            return
        touch, row = self.dice.choice(self.touches[-4:]), self._any_approval()
        is_honest = touch.approval is not None and self.dice.random() < 0.5
        who = touch.who if is_honest or self.dice.random() < 0.7 else self.dice.choice([*HEADS, "clerk"])
        approval = touch.approval if is_honest and touch.approval else row.pk
        agreed = touch.agreed if is_honest or self.dice.random() < 0.7 else not touch.agreed
        credential = touch.credential if is_honest or self.dice.random() < 0.7 else {}
        before = Approval.objects.get(pk=approval)
        done = approvals.finish(
            officer=self.found[who].officer, approval_id=approval, signing_id=touch.signing_id, credential=credential,
            agreed=agreed,
        )  # fmt: skip
        rightly = (who, approval, agreed, credential) == (touch.who, touch.approval, touch.agreed, touch.credential)
        assert rightly, "a touch decided something that it was not made for"
        if before.state == "waiting":
            self.decided[done.pk] = touch
            self.opinions[done.pk] = done.opinion
        else:
            assert self.decided[done.pk] == touch, "a replay answered for another decision"

    def sign_with(self) -> None:
        """A touch goes to where officers sign documents."""
        if not self.touches:
            return
        touch = self.dice.choice(self.touches[-4:])
        count = SignatureBlock.objects.count()
        signing.finish(
            officer=self.found[touch.who].officer, case_id=self.found.case_id, signing_id=touch.signing_id,
            credential=touch.credential,
        )  # fmt: skip
        assert touch.approval is None or SignatureBlock.objects.count() == count

    def ask_again(self) -> None:
        """The officer submits what was returned or refused."""
        self.found["jia"].act(self.found.case_id, self.dice.choice(["submit_filing", "submit_registration"]))

    def make(self) -> None:
        """The officer writes another summary, and makes the documents again."""
        if self.dice.random() < 0.4:
            self.found.tablet.do("summary.set", text=f"案情摘要第 {self.dice.randrange(1000)} 稿。")
        self.found["jia"].act(self.found.case_id, "prepare_documents")

    def lend(self) -> None:
        """A head lends the post to the valuer, or to another head."""
        lender = self.dice.choice(list(HEADS))
        to = self.dice.choice([name for name in [*HEADS, "clerk"] if name != lender])
        held = Grant.objects.get(officer=self.found[lender].officer, role=HEADS[lender])
        people.delegate(
            actor=self.found[lender].officer, grant_id=held.pk, to=self.found[to].officer, starts_on=today(),
            ends_on=today(), reason="出差",
        )  # fmt: skip

    def go(self) -> None:
        """So many steps; what is refused changes nothing."""
        acts: list[Callable[[], None]] = [self.touch, self.hand_in, self.hand_in, self.sign_with, self.touch_documents]
        rare: list[Callable[[], None]] = [self.ask_again, self.make, self.lend]
        for _ in range(STEPS):
            act = self.dice.choice(rare if self.dice.random() < 0.15 else acts)
            try:
                with transaction.atomic():
                    act()
            except Refused:
                pass
            self.holds()

    def holds(self) -> None:
        """What was decided is what was rightly touched, each by its own signing; also in a round that is over."""
        rows = Approval.objects.filter(Q(state__in=DECIDED) | Q(signing__isnull=False))
        assert {row.pk: row.opinion for row in rows} == self.opinions
        assert {row.pk: row.signing_id for row in rows} == {pk: one.signing_id for pk, one in self.decided.items()}
        assert {str(row.pk): row.officer_id for row in rows} == {
            str(pk): self.found[one.who].officer.pk for pk, one in self.decided.items()
        }
        rounds = [(row.purpose, row.round, row.officer_id) for row in rows]
        assert len(set(rounds)) == len(rounds), "one person, one step of a round"

    def ends(self) -> None:
        """The rest is signed and decided as usual; then each sealed paper prints what was decided, and nothing else."""
        found = self.found
        for act in ("submit_registration", "submit_filing", "prepare_documents"):
            _unless_refused(lambda act=act: found["jia"].act(found.case_id, act))  # type: ignore[misc]
        for name in ("jia", "yi", "ji"):
            _unless_refused(lambda name=name: found[name].sign(found.case_id))  # type: ignore[misc]
        found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
        for _ in range(6):
            for name in (*HEADS, "clerk"):
                for purpose in ("registration", "filing"):
                    _unless_refused(lambda n=name, p=purpose: self._decide(n, p))  # type: ignore[misc]
        found.sealed()
        self.holds()
        assert failures() == []
        for document in Document.objects.filter(
            subject_id=found.case_id, state="sealed", kind__in=["D03", "D05", "D08"]
        ):
            printed = text_of(files.load(current(document).sealed_sha256))
            purposes = ("filing",) if document.kind == "D08" else ("registration",)
            last = max(row.round for row in Approval.objects.filter(purpose__in=purposes))
            given = {
                row.opinion for row in Approval.objects.filter(purpose__in=purposes, round=last, state__in=DECIDED)
            }
            assert [words for words in given if words not in printed] == []
            assert [words for words in self.opinions.values() if words not in given and words in printed] == []

    def _decide(self, name: str, purpose: str) -> None:
        if not Approval.objects.filter(purpose=purpose, state="waiting").exists():
            return
        row = self.found[name].decide(self.found.case_id, purpose, words=f"意见末{len(self.opinions)}号")
        made = Signing.objects.get(pk=row.signing_id)
        self.decided[row.pk] = Touch(name, row.pk, True, made.pk, {})
        self.opinions[row.pk] = row.opinion

    def _waiting(self) -> Approval | None:
        rows = list(Approval.objects.filter(state="waiting"))
        return self.dice.choice(rows) if rows else None

    def _any_approval(self) -> Approval:
        return self.dice.choice(list(Approval.objects.all()))


def _unless_refused(act: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            act()
    except (Refused, Approval.DoesNotExist):
        pass


@pytest.mark.parametrize("seed", range(WALKS))
def test_nothing_is_decided_but_by_a_touch_made_for_it(bureau: Bureau, seed: int) -> None:
    found = scene(bureau, "clerk")
    for act in ("submit_registration", "submit_filing", "prepare_documents"):
        found["jia"].act(found.case_id, act)
    walk = Walk(found, random.Random(seed))
    walk.go()
    walk.ends()
