"""People who act and sign in one process: keys in software, the services themselves, jobs run by hand."""

from __future__ import annotations

import base64
import io
import uuid
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from tests.authenticator import SoftAuthenticator
from tests.enforcement.conftest import Bureau, TabletClient
from zhuanmai.accounts import passkeys
from zhuanmai.accounts.models import Officer
from zhuanmai.approvals import services as approvals
from zhuanmai.approvals.models import Approval
from zhuanmai.core.ids import new_id
from zhuanmai.core.models import Work
from zhuanmai.documents import making
from zhuanmai.documents.models import Making
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.services import acts, keeping, signing

RED = "6901028314985"


def picture(words: str = "sign", size: tuple[int, int] = (320, 120)) -> bytes:
    """A PNG that stands for a photograph or a drawn signature."""
    image = Image.new("RGB", size, "#d8dee2")
    ImageDraw.Draw(image).text((20, 20), words, fill="#102a33")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


IN_CHARGE = {
    "name": "王店员", "sex": "男", "relation": "店员", "id_no": "350206199003071235", "phone": "13900000002",
}  # fmt: skip
DRAWN = base64.b64encode(picture()).decode()


@dataclass
class Signer:
    """An officer with a key."""

    officer: Officer
    key: SoftAuthenticator = field(default_factory=lambda: SoftAuthenticator("http://localhost:8000"))

    def __post_init__(self) -> None:
        begun = passkeys.begin_enrolment(officer=self.officer)
        made = self.key.register(begun["options"])
        passkeys.finish_enrolment(
            officer=self.officer, challenge_id=uuid.UUID(begun["challenge_id"]), credential=made, name="测试钥匙"
        )

    def act(self, case_id: uuid.UUID, act: str, operation_id: uuid.UUID | None = None, **payload: Any) -> Case:
        """An act of the procedure; papers that a job makes are made before it returns."""
        case = acts.act(
            officer=self.officer, case_id=case_id, operation_id=operation_id or new_id(), name=act, payload=payload
        )
        for row in Making.objects.filter(subject_id=case_id, work__state__in=Work.OPEN):
            making.run(making_id=row.pk)
        return case

    def sign(self, case_id: uuid.UUID) -> None:
        """One touch over everything that waits for this officer."""
        begun = signing.begin(officer=self.officer, case_id=case_id)
        answer = self.key.answer(begun["options"])
        signing.finish(
            officer=self.officer, case_id=case_id, signing_id=uuid.UUID(begun["signing_id"]), credential=answer
        )

    def decide(self, case_id: uuid.UUID, purpose: str, *, agreed: bool = True, words: str = "") -> Approval:
        """The opinion on what waits for this purpose."""
        row = Approval.objects.get(subject_id=case_id, purpose=purpose, state="waiting")
        begun = approvals.begin(officer=self.officer, approval_id=row.pk, agreed=agreed, words=words)
        answer = self.key.answer(begun["options"])
        return approvals.finish(
            officer=self.officer, approval_id=row.pk, signing_id=uuid.UUID(begun["signing_id"]), credential=answer,
            agreed=agreed,
        )  # fmt: skip

    def by_hand(self, case_id: uuid.UUID, role: str, **how: Any) -> None:
        """Party or witness signs on this officer's tablet."""
        signing.sign_by_hand(
            officer=self.officer, case_id=case_id, operation_id=new_id(), role=role, document_ids=[], **how
        )


@dataclass
class Scene:
    """A case with all its facts, and the people of its bureau with keys."""

    bureau: Bureau
    tablet: TabletClient
    people: dict[str, Signer]

    @property
    def case_id(self) -> uuid.UUID:
        """The case."""
        return self.tablet.case_id

    def __getitem__(self, username: str) -> Signer:
        return self.people[username]

    def documents(self) -> dict[str, dict[str, Any]]:
        """The documents of the state by code (and key, for those that come several times)."""
        return {document["code"]: document for document in self.tablet.state()["documents"]}

    def sealed(self) -> list[str]:
        """Seal what is ready, as the job does; the codes of all that are sealed."""
        signing.seal_ready(case_id=self.case_id)
        return sorted(doc["code"] for doc in self.tablet.state()["documents"] if doc["state"] == "sealed")


def scene(bureau: Bureau, *more: str, present: bool = True, refuses: bool = False) -> Scene:
    """A case with goods, party, records and everything that papers ask for; `more` people get a key."""
    tablet = bureau.open_case()
    at = tablet.state()["case"]["opened_at"]
    party = str(new_id())
    witness = {"name": "李证", "phone": "13900000001", "address": "厦门市湖里区"}
    done = tablet.done
    done("inspection.set", began_at=at, ended_at=at, certificates_shown_at=at)
    done(
        "party.set", party_id=party, name="叶𬭎森", ethnicity="汉族", id_no="350206197908178556", phone="13900000000",
        address="福建省厦门市湖里区金山街道267号", occupation="个体经营者", licence_no="350206150798",
        licence_valid_to="2028-06-27",
    )  # fmt: skip
    done(
        "presence.set", party_present=present, witness=None if present and not refuses else witness,
        person_in_charge=None if present else IN_CHARGE,
        refuses_to_sign=refuses, refusal_reason="当事人不认可检查结果" if refuses else "",
    )  # fmt: skip
    done("scan", barcode=RED, n=12)
    done("line.set", line_id=tablet.line_id(RED), kind="diverted")
    done("sample.set", line_id=tablet.line_id(RED), base=12, cartons=1)
    done("causes.set", codes=["R01"])
    photo = new_id()
    done("photo.add", photo_id=str(photo), what="goods_found", caption="查获时原状")
    keeping.keep_photo(actor=bureau["jia"], case_id=tablet.case_id, photo_id=photo, content=picture("goods"))
    if present:
        questions = [{"id": "q1", "text": "这些卷烟从哪里购进？", "answer": "从上门推销的人处购进。"}]
        done(
            "questioning.set", questioning_id=str(new_id()), party_id=party, ordinal=1, began_at=at, ended_at=at,
            rights_told_at=at, place="店内", questions=questions,
        )  # fmt: skip
    done("registration.set", reason="证据可能灭失或者以后难以取得", storage_place="仓库 3 号架", way="异地保存")
    done("service.set", address="福建省厦门市湖里区金山街道267号", receiver="叶𬭎森", electronic=False)
    done("correction.set", what="立即停止从非当地烟草专卖批发企业进货")
    done("summary.set", text="叶𬭎森涉嫌未在当地烟草专卖批发企业进货，现场查获涉案卷烟 12 条，已先行登记保存。")
    done("valuer.set", officer_id=str(bureau["ji"].pk))
    done("counting.close")
    people = {name: Signer(bureau[name]) for name in ("jia", "yi", "bing", "ding", "wu", "ji", *more)}
    return Scene(bureau, tablet, people)
