"""A bureau of the test's own with an officer who has a key, and papers to prepare there."""

from __future__ import annotations

import dataclasses
import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from PIL import Image, ImageDraw

from tests.authenticator import SoftAuthenticator
from zhuanmai.accounts import passkeys
from zhuanmai.accounts import signing as keys
from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.accounts.signing import Purpose, SigningItem
from zhuanmai.core import files
from zhuanmai.core.ids import new_id
from zhuanmai.documents import services
from zhuanmai.documents.models import SignatureBlock, Version
from zhuanmai.documents.papers import APPROVERS
from zhuanmai.documents.queries import outstanding_for_seal
from zhuanmai.documents.services import Signed
from zhuanmai.enforcement.case_facts import CaseFacts
from zhuanmai.enforcement.case_papers import PAPERS
from zhuanmai.ledger import registry
from zhuanmai.ledger.services import append

FORMS = PAPERS.forms


def facts_of(kind: str, **changes: Any) -> CaseFacts:
    """The sample that lies beside a template, without the number that it shows; `changes` replace parts of it."""
    facts = CaseFacts.from_json(json.loads((FORMS / kind / "sample.json").read_text(encoding="utf-8")))
    return dataclasses.replace(facts, document=dataclasses.replace(facts.document, number=None), **changes)


def drawing(colour: str = "black") -> str:
    """The digest of a kept drawing."""
    out = io.BytesIO()
    image = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(10, 80), (120, 20), (280, 70)], fill=colour, width=6)
    image.save(out, "PNG")
    return files.store(out.getvalue())


@dataclass
class Office:
    """A unit, an officer of it with a key, and one case."""

    unit: Unit
    officer: Officer
    key: SoftAuthenticator = field(default_factory=lambda: SoftAuthenticator("http://localhost:8000"))
    case_id: uuid.UUID = field(default_factory=new_id)

    def prepare(self, kind: str = "D04", *, key: str = "", facts: CaseFacts | None = None) -> Version:
        """The unsigned version of a document."""
        return services.prepare(
            actor=self.officer,
            kind=kind,
            subject_kind="case",
            subject_id=self.case_id,
            unit=self.unit,
            facts=facts or facts_of(kind),
            key=key,
        )

    def touch(self, version: Version, role: str = "officer") -> Signed:
        """One touch of the key over a version as it is now: what `sign` takes."""
        item = SigningItem(str(version.document_id), version.number, version.body_sha256, role)
        purpose = Purpose("enforcement.sign", "case", str(version.document.subject_id))
        begun = keys.begin(officer=self.officer, items=[item], purpose=purpose)
        done = keys.finish(
            officer=self.officer,
            signing_id=uuid.UUID(begun["signing_id"]),
            credential=self.key.answer(begun["options"]),
            purpose=purpose,
        ).signing
        return Signed(role, self.officer.name, self.officer, done.pk, at=done.at)

    def sign(self, version: Version, signed: Signed | None = None) -> SignatureBlock:
        """Put a signature on a version: a touch of the key unless told otherwise."""
        given = signed or self.touch(version)
        return services.sign(actor_id=self.officer.pk, version_id=version.pk, signed=given)

    def sealed(self, kind: str = "D04", *, key: str = "") -> Version:
        """A document, prepared, signed and sealed."""
        version = self.prepare(kind, key=key)
        self.sign(version)
        return self.seal(version)

    def seal(self, version: Version) -> Version:
        """Seal a version; whoever has not signed it signs by hand."""
        self.complete(version)
        return services.seal(actor_id=None, version_id=version.pk)

    def complete(self, version: Version) -> None:
        """Whoever has not signed a version yet signs by hand."""
        for n, role in enumerate(outstanding_for_seal(version)):
            self.sign(
                version, Signed(role, f"签名人{n}", drawing=drawing(), opinion="同意。" if role in APPROVERS else "")
            )


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """A folder of the test's own for kept files."""
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path


@pytest.fixture
def office_of(home: Path) -> Callable[[str], Office]:
    """Makes a bureau with this abbreviation and one officer with a key."""

    registry.register("test.office", sentence="设立测试单位")

    def make(abbreviation: str) -> Office:
        code = f"T{len(abbreviation)}{abbreviation}"
        unit = Unit.objects.create(code=code, name="测试市烟草专卖局", kind="city_bureau", abbreviation=abbreviation)
        officer = Officer.objects.create_user(
            f"officer-{code}", "word", name="甲", unit=unit, certificate_no=f"证{abbreviation}"
        )
        with transaction.atomic():
            append("test.office", actor_id=None, object_kind="unit", object_id=unit.pk, rows=[unit, officer])
        office = Office(unit, officer)
        begun = passkeys.begin_enrolment(officer=officer)
        passkeys.finish_enrolment(
            officer=officer, challenge_id=uuid.UUID(begun["challenge_id"]), name="测试钥匙",
            credential=office.key.register(begun["options"]),
        )  # fmt: skip
        return office

    return make


@pytest.fixture
def office(office_of: Callable[[str], Office]) -> Office:
    """One bureau with one officer."""
    return office_of("测烟")
