"""Plays an on-site case (the folder's case.json and scans.csv) over the real API, as tablets and pages would."""

from __future__ import annotations

import base64
import csv
import io
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.desk import Desk
from tests.stack import Stack
from zhuanmai.core.ids import derived_id, new_id

BATCH = 20


def picture(words: str, size: tuple[int, int] = (640, 420)) -> bytes:
    """A PNG that stands for a photograph or a drawn signature."""
    image = Image.new("RGB", size, "#d8dee2")
    draw = ImageDraw.Draw(image)
    for step in range(0, size[0], 40):
        draw.line([(step, 0), (size[0] - step, size[1])], fill="#5a6b73", width=3)
    draw.text((20, 20), words.encode("ascii", "replace").decode(), fill="#102a33")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def drawn() -> str:
    """A signature as the pad gives it: a PNG as a data address."""
    return "data:image/png;base64," + base64.b64encode(picture("sign", (320, 120))).decode()


@dataclass
class Play:
    """One play of a case: the people at their desks, the case's id, what was read on the way."""

    stack: Stack
    folder: Path
    case: dict[str, Any] = field(init=False)
    case_id: str = field(default_factory=lambda: str(new_id()))
    party_id: str = field(default_factory=lambda: str(new_id()))
    misread: int = 0

    def __post_init__(self) -> None:
        self.case = json.loads((self.folder / "case.json").read_text(encoding="utf-8"))

    def prepare(self) -> None:
        """People, register and clock of the case; everybody signs in and has a key."""
        dates = self.case.get("register_complete_as_of", {}).items()
        complete = [word for code, day in dates for word in ("--complete-as-of", f"{code}={day}")]
        self.stack.command("seed_bureau", "--case", str(self.folder / "case.json"))
        self.stack.command("load_licences", str(self.folder / "licences.csv"), *complete)
        self.stack.command("set_clock", self.case["began_at"])
        found = json.loads(self.stack.command("seed_bureau", "--who", str(self.folder / "case.json")).stdout)
        self.desks = {role: Desk(self.stack.url, username) for role, username in found.items()}
        for desk in self.desks.values():
            if not desk.me["has_key"]:
                self.enrol(desk)
        self.first, self.second = self.desks["officer:0"], self.desks["officer:1"]

    def enrol(self, desk: Desk) -> None:
        """Register a key for an officer who has none."""
        desk.enrol()

    def open(self) -> None:
        """The inspection begins: place, clue, officers, party, who is there."""
        case, do = self.case, self.first.do
        recorder = self.first if case["recorder"] == case["officers"][0]["name"] else self.second
        do(
            self.case_id, "case.open", case["began_at"], reason=case["reason"], clue=case["clue"],
            place=case["place"], officer_ids=[self.first.me["id"], self.second.me["id"]], recorder_id=recorder.me["id"],
        )  # fmt: skip
        do(self.case_id, "inspection.set", began_at=case["began_at"], certificates_shown_at=case["began_at"])
        party = case["party"]
        number = "统一社会信用代码" if party["kind"] == "organisation" else "居民身份证"
        do(self.case_id, "party.set", party_id=self.party_id, id_kind=number, **party)
        do(
            self.case_id, "presence.set", party_present=case["party_present"],
            person_in_charge=case["person_in_charge"],
            witness=case["witness"], refuses_to_sign=case["refuses_to_sign"],
            refusal_reason=case.get("refusal_reason") or ("当事人拒绝签名" if case["refuses_to_sign"] else ""),
        )  # fmt: skip
        do(self.case_id, "causes.set", codes=case["causes"])

    def count(self) -> None:
        """Every scan of the gun, undone where the officer undid it, in batches as the tablet sends them."""
        waiting: list[dict[str, Any]] = []
        last: list[str] = []
        with (self.folder / "scans.csv").open(encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if row["action"] == "scan":
                    made = self.first.operation("scan", {"barcode": row["text"], "n": 1, "via": "gun"})
                    last.append(made["id"])
                else:
                    made = self.first.operation("undo", {"operation_id": last.pop()})
                waiting.append(made)
                if len(waiting) == BATCH:
                    self._send(waiting)
                    waiting = []
        self._send(waiting)
        for one in self.case["unknown_barcodes"]:
            self.first.do(
                self.case_id, "unlisted.register", barcode=one["barcode"], name=one["typed_name"], kind=one["kind"],
                sticks_per_carton=one["sticks_per_carton"],
            )  # fmt: skip
        state = self.first.state(self.case_id)
        self.lines = {line["barcode"]: line for line in state["lines"]}
        for barcode, kind in self.case["kinds_set_by_officer"].items():
            self.first.do(self.case_id, "line.set", line_id=self.lines[barcode]["id"], kind=kind)
        for code in self.case["carton_codes"]:
            line = self.lines[code["carton_barcode"]]["id"]
            self.first.do(self.case_id, "code.add", line_id=line, row1=code["row1"], row2=code["row2"])
        for sample in self.case["samples"]:
            line = self.lines[sample["carton_barcode"]]["id"]
            self.first.do(
                self.case_id, "sample.set", line_id=line, base=sample["base_cartons"], cartons=sample["cartons"]
            )
        self.first.do(self.case_id, "counting.close")

    def _send(self, operations: list[dict[str, Any]]) -> None:
        if operations:
            results = self.first.send(self.case_id, operations)
            self.misread += sum(one["status"] == "refused" for one in results)

    def record(self) -> None:
        """Questioning, photographs, registration, oral approval, service, summary."""
        case, do = self.case, self.first.do
        self.stack.command("set_clock", case["ended_at"])
        do(self.case_id, "inspection.set", ended_at=case["ended_at"])
        if case["party_present"]:
            do(
                self.case_id, "questioning.set", questioning_id=str(new_id()), party_id=self.party_id, ordinal=1,
                began_at=case["began_at"].replace("09:12", "10:30"), ended_at=case["began_at"].replace("09:12", "11:20"),
                rights_told_at=case["began_at"].replace("09:12", "10:30"), place=case["place"]["address"],
                questions=[
                    {"id": "1", "text": "这些卷烟从哪里购进？", "answer": "从外地流动商贩处购进，没有票据。"},
                    {"id": "2", "text": "你还有什么要补充的？", "answer": "没有。"},
                ],
            )  # fmt: skip
        for what in ("scene", "goods"):
            photo = str(uuid.uuid4())
            do(self.case_id, "photo.add", photo_id=photo, what=what, caption="现场照片", taken_at=case["began_at"])
            self.first.photo(self.case_id, photo, picture(what))
        do(self.case_id, "registration.set", **case["registration"])
        oral = case.get("oral_approval")
        if oral:
            head = self.desks[oral["by"]].me["id"]
            do(self.case_id, "oral_approval.record", by_officer_id=head, at=oral["at"], reason=oral["reason"])
        party = case["party"]
        do(self.case_id, "service.set", address=party["address"], receiver=party["name"], phone=party["phone"])
        do(self.case_id, "correction.set", what="立即停止违法行为")
        do(self.case_id, "summary.set", text=f"{party['name']}涉嫌违反烟草专卖规定，现场查获涉案卷烟，已先行登记保存。")
        if "valuer" in self.desks:
            do(self.case_id, "valuer.set", officer_id=self.desks["valuer"].me["id"])

    def sign(self) -> dict[str, Any]:
        """Documents made, signed by officers, valuer, party or witness, approved and filed; returns the last state."""
        self.first.act(self.case_id, "submit_registration")
        self.first.act(self.case_id, "submit_filing")
        self.first.act(self.case_id, "prepare_documents")
        for role in ("officer:0", "officer:1", "valuer"):
            if role in self.desks:
                self.desks[role].sign(self.case_id)
        if self.case["party_present"]:
            refusal = self.case.get("refusal_reason") or "当事人拒绝签名"
            how = {"refusal_reason": refusal} if self.case["refuses_to_sign"] else {"drawing": drawn()}
            self.first.by_hand(self.case_id, "party", **how)
        if self.case["witness"]:
            self.first.by_hand(self.case_id, "witness", drawing=drawn())
        while True:
            waiting = [one for one in self.first.state(self.case_id)["approvals"] if one["state"] == "waiting"]
            if not waiting:
                break
            self.desks[waiting[0]["step"]].decide(waiting[0]["id"])
        return self.first.wait(self.case_id, lambda state: all(d["state"] == "sealed" for d in state["documents"]))

    def line_id(self, barcode: str) -> str:
        """The id of a line as every tablet names it."""
        return str(derived_id(self.case_id, "", barcode))
