"""A real Chromium for tests and benchmarks: headless, its own profile, with a virtual security key where asked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TABLET = {"width": 1024, "height": 768}
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser found on this machine, started headless. Raises RuntimeError if there is none."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise RuntimeError("no Chromium or Chrome is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def new_context(browser: Browser, *, viewport: dict[str, int] = DESKTOP, dark: bool = False) -> BrowserContext:
    """A fresh profile with a Chinese interface, reduced motion and a place inside the city."""
    return browser.new_context(
        viewport=viewport,  # type: ignore[arg-type]
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        geolocation={"longitude": 118.1262, "latitude": 24.5131},
        permissions=["geolocation"],
        accept_downloads=True,
    )


@dataclass(frozen=True)
class SecurityKey:
    """A virtual security key with user verification in a page's browser (Chromium's WebAuthn domain)."""

    session: CDPSession
    authenticator: str

    def credentials(self) -> list[dict[str, Any]]:
        """What the key holds, to be put into another browser later."""
        found: list[dict[str, Any]] = self._send("WebAuthn.getCredentials")["credentials"]
        return found

    def take(self, credentials: list[dict[str, Any]]) -> None:
        """Put credentials of an earlier key into this one."""
        for one in credentials:
            self._send("WebAuthn.addCredential", credential=one)

    def verifies(self, *, holder: bool) -> None:
        """Whether who touches the key from now on is its holder."""
        self._send("WebAuthn.setUserVerified", isUserVerified=holder)

    def _send(self, what: str, **given: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.session.send(what, {"authenticatorId": self.authenticator, **given})
        return answer


def add_security_key(context: BrowserContext, page: Page) -> SecurityKey:
    """Put a security key into the page's browser."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return SecurityKey(session, made["authenticatorId"])
