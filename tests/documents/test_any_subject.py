"""A room of its own with one paper: what licensing, credit and the hotline need of documents, and nothing copied."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.documents.conftest import Office
from tests.documents.reading import text_of
from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core import files
from zhuanmai.core.ids import new_id
from zhuanmai.core.moves import Permitted
from zhuanmai.documents import catalogue, fonts, making, planning, queries, services, subjects
from zhuanmai.documents.facts import Facts, OfficerFacts, UnitFacts
from zhuanmai.documents.models import Document, IssuedNumber
from zhuanmai.documents.outcomes import Outcome
from zhuanmai.documents.papers import Papers
from zhuanmai.documents.plan import Plan, Row
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build"),
]
CATALOGUE = {
    "documents": [
        {
            "code": "T01", "name": "场地核查记录", "en": "site check", "stage": "check", "signers": ["officer×2", "applicant"],
            "number_word": "核", "approvals": [], "deadline": None, "note": "", "copies": [["入卷", 1]],
            "fields": [["核查地点", "place", "always"], ["照片", "picture", "if a picture was taken"]],
        }
    ]
}  # fmt: skip
FIELDS = {
    "code": "T01",
    "fields": [
        {"label": "核查地点", "when": "always", "paths": {"place": "核查地点"}},
        {"label": "照片", "when": "if a picture was taken", "paths": {"picture": "照片"}},
    ],
    "reads": [],
}
TEMPLATE = """#import "../lib/form.typ": *
#show: form
#entry([核查地点], u("place"))
#if has("picture") { image(data.pictures.at(at("picture"))) }
#officers-sign()
"""


@dataclass(frozen=True)
class CheckFacts(Facts):
    """The facts of a site check."""

    place: str | None = None
    picture: str | None = None


class CheckPapers(Papers):
    """Its papers, with a condition and a signer of its own."""

    conditions = {"if a picture was taken": lambda data: bool(data["picture"])}
    roles = {"applicant": "申请人"}


@dataclass
class Check:
    """A row of the room."""

    pk: uuid.UUID
    unit: Unit
    place: str = ""
    picture: str = ""
    changes: int = 0


@dataclass
class Checks(subjects.Subject):
    """What documents ask of it."""

    papers: Papers
    rows: dict[uuid.UUID, Check] = field(default_factory=dict)
    ends: list[list[str]] = field(default_factory=list)
    kind: str = "toy_check"

    def __post_init__(self) -> None:
        rows = (Row("T01", ("a place is known",)),)
        self.plan: Plan[Check] = Plan(rows, {"a place is known": lambda row: True}, {}, list(self.papers.kinds))

    def lock(self, subject_id: uuid.UUID) -> Check:
        """The row."""
        return self.rows[subject_id]

    def mark(self, row: Check) -> object:
        """Counts its changes."""
        return row.changes

    def read(self, row: Check) -> Check:
        """As it is now."""
        return replace(row)

    def unit(self, reading: Check) -> Unit:
        """Its bureau."""
        return reading.unit

    def facts(self, reading: Check, made: Sequence[Document]) -> CheckFacts:
        """Its facts."""
        officers = (OfficerFacts("甲", "1"), OfficerFacts("乙", "2"))
        return CheckFacts(
            UnitFacts.of(reading.unit), officers=officers, place=reading.place or None, picture=reading.picture or None
        )

    def finished(self, row: Check, actor: Officer, outcomes: Collection[Outcome]) -> None:
        """Remember what became of them."""
        self.ends.append([str(one.became) for one in outcomes])


@pytest.fixture
def checks(tmp_path: Path) -> Iterator[Checks]:
    """The room's forms in a folder of its own, registered for one test."""
    form = tmp_path / "forms" / "T01"
    form.mkdir(parents=True)
    (tmp_path / "toy.json").write_text(json.dumps(CATALOGUE), encoding="utf-8")
    (form / "fields.json").write_text(json.dumps(FIELDS), encoding="utf-8")
    (form / "template.typ").write_text(TEMPLATE, encoding="utf-8")
    made = Checks(CheckPapers(catalogue=tmp_path / "toy.json", forms=tmp_path / "forms", facts=CheckFacts))
    subjects.register(made)
    yield made
    subjects.forget(made.kind)


def test_one_paper_goes_from_the_plan_to_its_seal(checks: Checks, office: Office) -> None:
    key = new_id()
    row = checks.rows[key] = Check(key, office.unit)
    making.ask(Permitted(office.officer, row), kind=checks.kind)
    [planned] = planning.planned(checks, key, row, queries.newest_making(checks.kind, key))
    assert (planned.state, [one.path for one in planned.missing]) == ("missing", ["place"])
    row.place, row.changes = "思明区镇海路 1 号", 1
    making.ask(Permitted(office.officer, row), kind=checks.kind)
    making.ask(Permitted(office.officer, row), kind=checks.kind)
    assert checks.ends == [["incomplete"], ["made"], ["unchanged"]]
    [document] = queries.documents_of(checks.kind, key)
    assert document.number == f"{office.unit.abbreviation}核〔{IssuedNumber.objects.get().year}〕第1号"
    version = queries.current(document)
    services.sign(actor_id=None, version_id=version.pk, signed=services.Signed("applicant", "林某", refusal="不愿签"))
    office.seal(version)
    sealed = queries.current(Document.objects.get(pk=document.pk))
    assert "镇海路1号" in text_of(files.load(sealed.sealed_sha256))
    paper = catalogue.kind(document.kind).name
    assert f"申请人签署《{paper}》（拒签）" in [line.sentence for line in timeline(object_id=document.pk)]
    assert verify().is_whole


def test_a_picture_that_is_missing_fails_its_paper_and_leaves_nothing(checks: Checks, office: Office) -> None:
    key = new_id()
    row = checks.rows[key] = Check(key, office.unit, place="镇海路", picture="f" * 64)
    making.ask(Permitted(office.officer, row), kind=checks.kind)
    assert checks.ends == [["failed"]]
    assert (Document.objects.count(), IssuedNumber.objects.count()) == (0, 0)
    [planned] = planning.planned(checks, key, row, queries.newest_making(checks.kind, key))
    assert planned.failed is not None
    assert planned.failed.why
    assert "documents.not_made" in [line.kind for line in timeline(case_id=key)]
    row.picture, row.changes = "", 1
    making.ask(Permitted(office.officer, row), kind=checks.kind)
    assert checks.ends[-1] == ["made"]


def test_a_paper_belongs_to_one_room_and_its_conditions_are_known(checks: Checks, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="registered already"):
        subjects.register(Checks(checks.papers, kind="another"))
    with pytest.raises(ValueError, match="if a picture was taken"):
        Papers(catalogue=tmp_path / "toy.json", forms=tmp_path / "forms", facts=CheckFacts)
    assert catalogue.kind("D04").papers is not checks.papers


def test_a_fact_that_comes_while_the_set_is_made_is_in_it(
    checks: Checks, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the paper seemed to be as it was, or to lack something, when the set was begun."""
    key = new_id()
    row = checks.rows[key] = Check(key, office.unit)
    read = making._Set._lacking

    def late(self: making._Set, *paper: Any) -> Any:
        found = read(self, *paper)
        if not row.place:
            row.place, row.changes = "镇海路", row.changes + 1  # another tablet's, after this one's facts were read
        return found

    monkeypatch.setattr(making._Set, "_lacking", late)
    [outcome] = making.ask(Permitted(office.officer, row), kind=checks.kind).outcomes
    assert outcome["became"] == "made"
    assert queries.current(queries.documents_of(checks.kind, key)[0]).facts["place"] == "镇海路"
