"""Plays an on-site case through the pages: officers at the workbench, heads on their phones, as they would."""

from __future__ import annotations

import csv
import datetime as dt
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, TimeoutError, expect

from tests.browser import PHONE, TABLET
from tests.desk import Desk
from tests.onsite import Play, picture
from tests.people import Person

TABLES = ("items.lines[", "photos.sheet[", "samples[")
PEN = [(0.15, 0.5), (0.3, 0.25), (0.45, 0.7), (0.6, 0.3), (0.8, 0.6)]
UNDECIDED_MS = 60
SHOTS, HEARD_MS = 5, 5000
HEARD = "(before) => document.querySelector('[data-testid=banner]').dataset.turn !== before"

# Notes when the end of a scan was read and when the line of its barcode changed on the screen. It listens before the
# page does: the page keeps a scan's keys to itself.
WATCH = """(() => {
  const waiting = new Map();
  let digits = "";
  window.scanToLine = [];
  addEventListener("keydown", (event) => {
    const digit = /^Digit(\\d)$/.exec(event.code);
    if (digit) digits += digit[1];
    else if (event.code === "Enter") {
      waiting.set(digits, [...(waiting.get(digits) ?? []), event.timeStamp]);
      digits = "";
    } else digits = "";
  }, true);
  const changed = (node) => {
    const row = (node.nodeType === 1 ? node : node.parentElement)?.closest("[data-barcode]");
    const times = row && waiting.get(row.dataset.barcode);
    if (!times) return;
    waiting.delete(row.dataset.barcode);
    requestAnimationFrame(() => times.forEach((at) => window.scanToLine.push(performance.now() - at)));
  };
  new MutationObserver((all) => all.forEach((one) => {
    changed(one.target);
    one.addedNodes.forEach(changed);
  })).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
})()"""


@dataclass
class WorkbenchPlay(Play):
    """One play through the pages. With two tablets, the second officer scans every other stretch of the goods.

    `keys`: what each account's security key holds, carried from an earlier play on the same platform; `patient`: wait
    after each shot of the gun until the tablet has heard it.
    """

    browser: Browser = field(kw_only=True)
    tablets: int = field(default=1, kw_only=True)
    keys: dict[str, list[dict[str, Any]]] = field(default_factory=dict, kw_only=True)
    patient: bool = field(default=True, kw_only=True)
    screens: dict[str, Person] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    printed: set[str] = field(default_factory=set)
    marks: dict[str, float] = field(default_factory=dict)
    set_aside: dict[str, float] = field(default_factory=lambda: {"gun": 0.0, "player": 0.0})

    def people(self) -> None:
        """Everybody who acts signs in at a screen of their own and registers a key."""
        place = self.case["place"]
        where = (place["longitude"], place["latitude"]) if place.get("longitude") else None
        for role, desk in self.desks.items():
            screen = Person(
                self.browser, self.stack.url, desk.username, carried=self.keys.get(desk.username, []),
                viewport=dict(TABLET if role.startswith("officer") else PHONE), place=where,
            )  # fmt: skip
            if not desk.me["has_key"]:
                screen.enrol()
            self.screens[role] = screen
        self.tablet, self.other = self.screens["officer:0"], self.screens["officer:1"]

    def close(self) -> None:
        """Everybody leaves and takes their key along (it counts how often it was used)."""
        for screen in self.screens.values():
            self.keys[screen.username] = screen.key.credentials()
            screen.close()

    def enrol(self, desk: Desk) -> None:
        """Keys are registered on the pages, not here."""

    def clock(self, share: float) -> None:
        """So much of the inspection has passed; every tablet hears it when its page is opened again."""
        began, ended = (dt.datetime.fromisoformat(self.case[name]) for name in ("began_at", "ended_at"))
        with self.aside("player"):
            self.stack.command("set_clock", (began + (ended - began) * share).isoformat())

    @contextmanager
    def aside(self, whose: str) -> Iterator[None]:
        """Time that is not the platform's: the gun types, or the player looks something up."""
        before = time.monotonic()
        yield
        self.set_aside[whose] += time.monotonic() - before

    def step(self, code: str, screen: Person | None = None) -> Person:
        """Open a step of the workbench anew."""
        screen = screen or self.tablet
        screen.page.goto("about:blank")
        with screen.page.expect_response("**/enforcement/kit"):
            screen.page.goto(f"{self.stack.url}/field/{self.case_id}/#{code}")
        screen.at(code).wait_for()
        return screen

    def open(self) -> None:
        """Reason, place, officers; certificates shown; party from the register; who is there; causes and scene."""
        case, tablet = self.case, self.tablet
        tablet.page.goto(f"{self.stack.url}/field/new")
        tablet.at("case.second_officer").locator("option").nth(2).wait_for(state="attached")
        self.case_id = str(tablet.at("fieldkit").get_attribute("data-case"))
        tablet.select(f"case.reason-{case['reason']}")
        self._party()
        self._place()
        self._choose_officers()
        tablet.tap("begin")
        tablet.tap("certificates-shown")
        tablet.ensure("inspection.began_at", minute(case["began_at"]))
        self._presence()
        for code in case["causes"]:
            tablet.tap("cause-add")
            tablet.tap(f"cause-option-{code}")
        tablet.tap("scene-standard")
        tablet.saved()

    def _party(self) -> None:
        party, tablet = self.case["party"], self.tablet
        asked = party.get("licence_no") or party["id_no"]
        tablet.write("party-lookup", asked)
        tablet.tap("party-look")
        tablet.page.wait_for_function(
            "() => document.querySelector('[data-testid=\"party.name\"]').value"
            " || document.querySelector('[data-testid=party-problem]')"
        )
        tablet.select(f"party.kind-{party['kind']}")
        number = "统一社会信用代码" if party["kind"] == "organisation" else "居民身份证"
        tablet.choose("party.id_kind", number)
        for name in ("name", "id_no", "phone", "address", "licence_no", "licence_valid_to"):
            tablet.ensure(f"party.{name}", party.get(name))
        if party["kind"] != "organisation":
            for name in ("ethnicity", "occupation"):
                tablet.ensure(f"party.{name}", party.get(name))
            if party.get("sex"):
                tablet.select(f"party.sex-{party['sex']}")

    def _place(self) -> None:
        place, clue, tablet = self.case["place"], self.case["clue"], self.tablet
        if place.get("longitude"):
            tablet.tap("locate")
            expect(tablet.at("place.longitude")).not_to_have_value("")
        tablet.ensure("place.shop_name", place.get("shop_name"))
        tablet.ensure("place.address", place["address"])
        tablet.choose("place.district_code", place["district_code"])
        tablet.ensure("clue.source", clue["source"])
        if clue.get("received_at"):
            tablet.ensure("clue.received_at", minute(clue["received_at"]))
        tablet.ensure("clue.text", clue["text"])

    def _choose_officers(self) -> None:
        first, second = (self.desks[f"officer:{n}"].me["id"] for n in (0, 1))
        self.tablet.choose("case.first_officer", first)
        self.tablet.choose("case.second_officer", second)
        recorder = first if self.case["recorder"] == self.case["officers"][0]["name"] else second
        self.tablet.choose("case.recorder_id", recorder)

    def _presence(self) -> None:
        case, tablet = self.case, self.tablet
        tablet.select(f"presence.party_present-{'yes' if case['party_present'] else 'no'}")
        if case["refuses_to_sign"]:
            tablet.select("presence.refuses_to_sign-yes")
            tablet.ensure("presence.refusal_reason", case.get("refusal_reason") or "当事人未说明理由")
        for role in ("person_in_charge", "witness"):
            for name, words in (case[role] or {}).items():
                if name == "sex":
                    tablet.select(f"{role}.sex-{words}")
                else:
                    tablet.ensure(f"{role}.{name}", words)

    def count(self) -> None:
        """Every scan with a gun; what the catalogue does not know gets a name; kinds, codes, samples; counting closed."""
        screens = [self.tablet, self.other][: self.tablets]
        for screen in screens:
            screen.page.add_init_script(WATCH)
            self.step("counting", screen)
        with (self.folder / "scans.csv").open(encoding="utf-8") as handle:
            for turn, stretch in enumerate(stretches(list(csv.DictReader(handle)))):
                self._scan(screens[turn % len(screens)], stretch)
        for screen in screens:
            screen.saved()
            self.latencies += screen.script("() => window.scanToLine")
        self._name_unknown()
        for barcode, kind in self.case["kinds_set_by_officer"].items():
            self.choose_line(barcode)
            self.tablet.select(f"kind-{kind}")
        self._codes_and_samples()
        self.tablet.saved()
        self.tablet.tap("close-counting")
        self.tablet.tap("close-confirm")
        self.tablet.at("questioning").wait_for()
        self.lines = {line["barcode"]: line for line in self.first.state(self.case_id)["lines"]}

    def _scan(self, screen: Person, stretch: list[dict[str, str]]) -> None:
        for row in stretch:
            if row["action"] == "scan":
                self.shoot(screen, row["text"])
            else:
                screen.page.wait_for_timeout(UNDECIDED_MS)
                screen.page.keyboard.press("Control+z")
        screen.page.wait_for_timeout(UNDECIDED_MS)

    def shoot(self, screen: Person, barcode: str) -> None:
        """One shot of the gun. A patient officer shoots again what the tablet did not hear (a busy machine types slowly)."""
        for _ in range(SHOTS if self.patient else 1):
            heard = screen.at("banner").get_attribute("data-turn") if self.patient else None
            with self.aside("gun"):
                screen.page.keyboard.type(barcode)
                screen.page.keyboard.press("Enter")
            if not self.patient:
                return
            try:
                screen.page.wait_for_function(HEARD, arg=heard, timeout=HEARD_MS)
            except TimeoutError:
                continue
            return
        raise AssertionError(f"the tablet did not hear {barcode}")

    def _name_unknown(self) -> None:
        tablet = self.tablet
        self.misread = sum(screen.script(MISREADS) for screen in [self.tablet, self.other][: self.tablets])
        for one in self.case["unknown_barcodes"]:
            row = tablet.page.locator(f'[data-testid=unknown][data-barcode="{one["barcode"]}"]')
            tablet.tap_until(row.get_by_test_id("unknown-name"), tablet.at("unlisted.name"))
            tablet.write("unlisted.name", one["typed_name"])
            tablet.select(f"unlisted.kind-{one['kind']}")
            if one["sticks_per_carton"]:
                tablet.write("unlisted.sticks", str(one["sticks_per_carton"]))
            tablet.tap("unlisted-save")
            row.wait_for(state="detached")
            tablet.at("sheet-unlisted").wait_for(state="hidden")

    def choose_line(self, barcode: str) -> None:
        """Select the line of a barcode by hand."""
        row = self.tablet.page.locator(f'[data-testid=line][data-barcode="{barcode}"]').first
        if row.get_attribute("aria-selected") != "true":
            row.click()

    def _codes_and_samples(self) -> None:
        tablet = self.tablet
        for code in self.case["carton_codes"]:
            self.choose_line(code["carton_barcode"])
            tablet.tap("line-code")
            tablet.at("code.row1").fill(code["row1"] + code["row2"])
            tablet.tap("code-save")
            tablet.page.get_by_test_id("code").get_by_text(code["row1"]).wait_for()
            tablet.page.keyboard.press("Escape")
        for sample in self.case["samples"]:
            self.choose_line(sample["carton_barcode"])
            tablet.tap("line-sample")
            tablet.ensure("sample.base", str(sample["base_cartons"]))
            tablet.ensure("sample.cartons", str(sample["cartons"]))
            tablet.tap("sample-save")

    def record(self) -> None:
        """Questioning by tapping usual answers, photographs, registration, oral approval, summary, service."""
        if self.case["party_present"]:
            self._question()
        self.clock(1)
        self._photograph()
        tablet = self.step("inspection")
        tablet.tap("inspection.ended_at-now")
        tablet.ensure("inspection.ended_at", minute(self.case["ended_at"]))
        self._registration()
        self.step("handover")
        tablet.tap("service-party")
        tablet.saved()

    def _question(self) -> None:
        self.clock(0.5)
        tablet = self.step("questioning")
        tablet.tap("questioning-begin")
        for _ in range(tablet.page.get_by_test_id("question").count()):
            current = tablet.page.locator("[data-testid=question].fk-open")
            usual = current.get_by_test_id("usual-answer")
            if not usual.count():
                break
            before = current.get_attribute("data-question")
            usual.first.click()
            tablet.tapped += 1
            if tablet.page.locator("[data-testid=question].fk-open").get_attribute("data-question") == before:
                break
        tablet.saved()
        self.clock(0.8)
        self.step("questioning")
        tablet.tap("questioning-finish")
        tablet.at("approval").wait_for()
        tablet.saved()

    def _photograph(self) -> None:
        tablet = self.step("counting")
        tablet.tap("open-photos")
        for row in tablet.page.locator('[data-testid^="photo-want-"]').all():
            row.click()
            what = str(row.get_attribute("data-testid"))
            file = {"name": f"{what}.png", "mimeType": "image/png", "buffer": picture(what)}
            before = tablet.page.get_by_test_id("photo").count()
            tablet.at("photo-file").set_input_files(file)  # type: ignore[arg-type]
            expect(tablet.page.get_by_test_id("photo")).to_have_count(before + 1)
        tablet.saved()

    def _registration(self) -> None:
        case, tablet = self.case, self.step("approval")
        tablet.ensure("registration.reason", case["registration"]["reason"])
        tablet.ensure("registration.storage_place", case["registration"]["storage_place"])
        tablet.select(f"registration.way-{case['registration']['way']}")
        oral = case.get("oral_approval")
        if oral:
            tablet.tap("oral-open")
            tablet.choose("oral_approval.by_officer_id", self.desks[oral["by"]].me["id"])
            tablet.ensure("oral_approval.at", minute(oral["at"]))
            tablet.ensure("oral_approval.reason", oral["reason"])
            tablet.tap("oral-save")
        tablet.ensure("correction.what", "立即停止销售涉案卷烟")
        tablet.tap("summary-compose")
        if "valuer" in self.desks:
            tablet.choose("valuer.officer_id", self.desks["valuer"].me["id"])
        tablet.saved()

    def sign(self) -> dict[str, Any]:
        """Submitted, made, signed with keys and by hand, approved on phones; returns the state when all is sealed."""
        tablet = self.step("approval")
        self.submit()
        tablet.tap("go-documents")
        self.mark("documents asked for")
        tablet.tap("prepare")
        expect(tablet.at("sign-stage")).to_be_enabled()
        self.mark("documents made")
        with self.aside("player"):
            self.printed |= self._facts_of_documents()
        self.touch(tablet)
        self.by_hand(tablet)
        self.touch(self.step("documents", self.other))
        if "valuer" in self.screens:
            self._value()
        self.approve()
        self.mark("last approval")
        self.serve()
        return self.first.wait(self.case_id, lambda state: all(one["state"] == "sealed" for one in state["documents"]))

    def mark(self, name: str) -> None:
        """Remember when this was."""
        self.marks[name] = time.monotonic()

    def submit(self) -> None:
        """Registration and filing are asked for."""
        for act in ("registration", "filing"):
            asked = self.tablet.page.locator(f'[data-testid^="approval-{act}-"]')
            self.tablet.tap_until(self.tablet.at(f"submit-{act}"), asked)

    def _facts_of_documents(self) -> set[str]:
        """Each fact that a document of the stage prints, once; cells of tables left out (goods, photographs, samples)."""
        found = set()
        for one in self.first.state(self.case_id)["documents"]:
            view = self.first.get(f"/enforcement/cases/{self.case_id}/documents/{one['id']}/view")
            found |= {box["path"] for box in view["boxes"] if box["what"] == "field" and box.get("path")}
        return {path for path in found if not path.startswith(TABLES)}

    def _value(self) -> None:
        screen = self.screens["valuer"]
        screen.page.goto(f"{self.stack.url}/cases/{self.case_id}/documents")
        with screen.page.expect_navigation():
            screen.tap("sign-all")
        expect(screen.page.get_by_test_id("sign-all")).to_have_count(0)

    def touch(self, screen: Person) -> None:
        """One touch of the key over everything that waits for this person."""
        expect(screen.at("sign-stage")).to_be_enabled()
        screen.tap("sign-stage")
        expect(screen.at("sign-stage")).to_be_disabled()
        expect(screen.page.get_by_text(re.compile("已签 \\d+ 份"))).to_be_visible()

    def by_hand(self, screen: Person) -> None:
        """Party and witness sign on the tablet, or it is marked that the party refuses."""
        if self.case["party_present"]:
            screen.tap("sign-party")
            if not self.case["refuses_to_sign"]:
                self.draw(screen)
            screen.tap("signature-save")
            screen.at("sheet-sign-party").wait_for(state="hidden")
        if self.case["witness"]:
            screen.tap("sign-witness")
            self.draw(screen)
            screen.tap("signature-save")
            screen.at("sheet-sign-witness").wait_for(state="hidden")

    def serve(self) -> None:
        """What was sealed is handed over: the receiver signs for it, or it is marked that nobody does."""

        def others_sealed(state: dict[str, Any]) -> bool:
            return all(one["state"] == "sealed" or one["code"] == "D40" for one in state["documents"])

        state = self.first.wait(self.case_id, others_sealed)
        self.mark("sealed")
        if not any("receiver" in one["needs"] for one in state["documents"]):
            return
        tablet = self.step("handover")
        tablet.tap("sign-receiver")
        if self.case["refuses_to_sign"]:
            tablet.select("signature.way-refused")
            tablet.ensure("signature.refusal_reason", self.case.get("refusal_reason") or "当事人拒绝签收")
        else:
            self.draw(tablet)
        tablet.tap("signature-save")
        tablet.at("sheet-sign-receiver").wait_for(state="hidden")
        if self.case["refuses_to_sign"]:
            tablet.tap("sign-left")
            self.draw(tablet)
            tablet.tap("signature-save")
            tablet.at("sheet-sign-witness").wait_for(state="hidden")
        self.mark("last signature")

    def draw(self, screen: Person) -> None:
        """A name written with the pen."""
        box = screen.at("signature-pad").bounding_box()
        assert box
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in PEN]
        screen.page.mouse.move(*points[0])
        screen.page.mouse.down()
        for point in points[1:]:
            screen.page.mouse.move(*point, steps=6)
        screen.page.mouse.up()

    def approve(self) -> None:
        """Each head agrees on the phone, in turn, until nothing waits."""
        while True:
            waiting = [one for one in self.first.state(self.case_id)["approvals"] if one["state"] == "waiting"]
            if not waiting:
                return
            head = self.screens[waiting[0]["step"]]
            head.page.goto(f"{self.stack.url}/approvals")
            card = head.page.locator(f"#a{waiting[0]['id']}")
            with head.page.expect_navigation():
                card.get_by_test_id("agree").click()
            expect(card).to_have_count(0)


MISREADS = "() => Number(document.querySelector('[data-testid=queue]')?.dataset.misreads ?? 0)"


def minute(moment: str) -> str:
    """A moment as a field for date and time shows it: 2025-10-30 09:12."""
    return moment[:16].replace("T", " ")


def stretches(rows: list[dict[str, str]], size: int = 40) -> list[list[dict[str, str]]]:
    """The scans in stretches, none of which begins with an undo (it belongs to the tablet that scanned)."""
    found: list[list[dict[str, str]]] = []
    for row in rows:
        if not found or (len(found[-1]) >= size and row["action"] == "scan"):
            found.append([])
        found[-1].append(row)
    return found
