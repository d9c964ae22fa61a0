"""The demonstration's people in the database, keys in software, and a browser session without a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from tests.authenticator import SoftAuthenticator
from zhuanmai.accounts import passkeys
from zhuanmai.accounts.models import Key, Officer, Unit
from zhuanmai.accounts.signing import Purpose

PURPOSE = Purpose("test.sign", "case", "0193b1f0-0000-7000-8000-000000000001")


@dataclass
class People:
    """The demo bureau: officers by account, units by code."""

    def __getitem__(self, username: str) -> Officer:
        return Officer.objects.select_related("unit").get(username=username)

    def unit(self, code: str) -> Unit:
        """A unit by its code."""
        return Unit.objects.get(code=code)


@pytest.fixture
def people(db: None) -> People:
    """The demo bureau, seeded."""
    call_command("seed_bureau")
    return People()


def software_key() -> SoftAuthenticator:
    """A new key in software that speaks to our address."""
    return SoftAuthenticator(settings.BASE_URL, rp_id="localhost")


def enrolled(officer: Officer, soft: SoftAuthenticator, name: str = "钥匙") -> Key:
    """The key, registered by its holder."""
    begun = passkeys.begin_enrolment(officer=officer)
    return passkeys.finish_enrolment(
        officer=officer, challenge_id=begun["challenge_id"], credential=soft.register(begun["options"]), name=name
    )


@pytest.fixture
def at_desk(people: People) -> Callable[[str], Client]:
    """A signed-in session of an account."""

    def sit_down(username: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(people[username])
        return client

    return sit_down
