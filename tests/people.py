"""People at real pages: each has a browser profile of their own, a session and a personal key in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, TimeoutError, expect

from tests.browser import TABLET, SecurityKey, add_security_key, new_context
from tests.desk import PASSWORD

PATIENCE_MS = 60_000  # a busy machine is no fault of the page
TAPS, OPENS_MS = 5, 4000
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Person:
    """One person at one screen, with the key that they carry from one to the next.

    `typed`: what was keyed by hand, by the name of its field; `tapped`: how often something was tapped.
    """

    browser: Browser
    url: str
    username: str
    viewport: dict[str, int] = field(default_factory=lambda: dict(TABLET))
    place: tuple[float, float] | None = None
    carried: list[dict[str, Any]] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    tapped: int = 0
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    key: SecurityKey = field(init=False)

    def __post_init__(self) -> None:
        self.context = new_context(self.browser, viewport=self.viewport)
        if self.place:
            self.context.set_geolocation({"longitude": self.place[0], "latitude": self.place[1]})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.key = add_security_key(self.context, self.page)
        self.key.take(self.carried)
        self.page.goto(f"{self.url}/sign-in")
        self.page.fill("#id_username", self.username)
        self.page.fill("#id_password", PASSWORD)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def enrol(self) -> None:
        """Register this browser's key on the person's own page."""
        self.page.goto(f"{self.url}/me")
        with self.page.expect_navigation():
            self.tap("enrol-key")

    def close(self) -> None:
        """Leave the screen."""
        self.context.close()

    def at(self, name: str) -> Locator:
        """The element of that test id (the first, where a list has several)."""
        return self.page.get_by_test_id(name).first

    def tap(self, name: str) -> None:
        """Tap a button or a choice."""
        self.tapped += 1
        self.at(name).click()

    def tap_until(self, button: Locator, opens: Locator) -> None:
        """Tap, and again where the page moved under the finger, until what the tap opens is there."""
        self.tapped += 1
        for _ in range(TAPS):
            button.click()
            try:
                opens.first.wait_for(timeout=OPENS_MS)
            except TimeoutError:
                continue
            return
        said = [words.strip() for words in self.page.get_by_role("alert").all_inner_texts()]
        raise AssertionError(f"{opens} did not open; the page says {said}")

    def write(self, name: str, words: str) -> None:
        """Key a field by hand and leave it."""
        self.typed[name] = words
        self.at(name).fill(words)
        self.at(name).blur()

    def ensure(self, name: str, words: str | None) -> None:
        """Make a field say so, if it does not already: by one tap where the words stand under it, keyed otherwise."""
        if words is None or self.at(name).input_value() == words:
            return
        usual = self.page.get_by_test_id(f"{name}-usual").get_by_text(words, exact=True)
        if usual.count():
            self.tapped += 1
            usual.click()
        else:
            self.write(name, words)

    def choose(self, name: str, value: str) -> None:
        """Choose from a list only if it is not chosen already."""
        if self.at(name).input_value() != value:
            self.tapped += 1
            self.at(name).select_option(value)

    def select(self, name: str) -> None:
        """Tap one of several choices only if it is not chosen already."""
        if self.at(name).get_attribute("aria-checked") != "true":
            self.tap(name)

    def saved(self) -> None:
        """Wait until the tablet has kept what was done last and sent everything."""
        self.page.wait_for_timeout(100)
        expect(self.at("line")).to_have_text("已同步")

    def script(self, words: str, *given: Any) -> Any:
        """Run a function of the page."""
        return self.page.evaluate(words, *given)
