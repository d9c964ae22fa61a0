"""A bureau with one squad of two, and what a test needs to send operations as a tablet does."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection, transaction

from zhuanmai.accounts.demo import people, units
from zhuanmai.accounts.management.commands.seed_bureau import _people
from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core.clock import now
from zhuanmai.core.ids import derived_id, new_id
from zhuanmai.enforcement import operations
from zhuanmai.enforcement.case_json import state_of
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.operations import Result, Sent
from zhuanmai.reference import loading


@dataclass
class TabletClient:
    """A tablet: numbers its operations without gaps and sends them."""

    officer: Officer
    case_id: uuid.UUID
    tablet: uuid.UUID = field(default_factory=new_id)
    n: int = 0

    def made(self, act: str, made_at: dt.datetime | None = None, /, **payload: Any) -> Sent:
        """An operation, not sent yet."""
        self.n += 1
        return Sent(new_id(), self.n, act, made_at or now(), payload, self.officer.pk)

    def send(self, *sent: Sent) -> list[Result]:
        """Send operations as one batch."""
        results, _ = operations.apply(
            officer=self.officer, case_id=self.case_id, tablet=self.tablet, operations=list(sent)
        )
        return results

    def do(self, act: str, made_at: dt.datetime | None = None, /, **payload: Any) -> Result:
        """Make one operation and send it."""
        (result,) = self.send(self.made(act, made_at, **payload))
        return result

    def done(self, act: str, made_at: dt.datetime | None = None, /, **payload: Any) -> Sent:
        """Make one operation and send it; it must be applied."""
        sent = self.made(act, made_at, **payload)
        (result,) = self.send(sent)
        assert result.status == "applied", result
        return sent

    def line_id(self, barcode: str) -> str:
        """The id of a product's line."""
        return str(derived_id(self.case_id, "", barcode))

    def state(self) -> dict[str, Any]:
        """The case's state."""
        return state_of(Case.objects.select_related("unit", "bureau", "inspection").get(pk=self.case_id))


@dataclass
class Bureau:
    """The people of the demonstration, by account."""

    people: dict[str, Officer]

    def __getitem__(self, username: str) -> Officer:
        return self.people[username]

    def opening(self, first: str = "jia", second: str = "yi") -> dict[str, Any]:
        """The payload of case.open."""
        return {
            "reason": "complaint",
            "clue": {"source": "12313 投诉转办", "received_at": None, "text": "该店出售外地渠道卷烟"},
            "place": {
                "address": "厦门市湖里区枋湖南路88号之103店面",
                "shop_name": "湖里区顺和盛食杂店",
                "district_code": "350206",
            },
            "officer_ids": [str(self[first].pk), str(self[second].pk)],
            "recorder_id": str(self[second].pk),
        }

    def open_case(self, first: str = "jia", second: str = "yi") -> TabletClient:
        """A case opened by the first officer; their tablet."""
        tablet = TabletClient(self[first], new_id())
        tablet.done("case.open", **self.opening(first, second))
        return tablet


_SEEDED = ("accounts_", "reference_", "ledger_")
_kept: dict[str, bytes] = {}


def seeded() -> Bureau:
    """The demo bureau and the shipped reference data in the test's database; made once, then copied in again."""
    if _kept:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in _kept.items():
                with cursor.copy(f'copy "{table}" from stdin') as copy:
                    copy.write(rows)
    else:
        _seed()
        with connection.cursor() as cursor:
            tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
            for table in (name for name in tables if name.startswith(_SEEDED)):
                with cursor.copy(f'copy "{table}" to stdout') as copy:
                    if rows := b"".join(bytes(part) for part in copy):
                        _kept[table] = rows
    return Bureau({one.username: one for one in Officer.objects.select_related("unit")})


def _seed() -> None:
    made = units()
    with transaction.atomic():
        Unit.objects.bulk_create(made)
        _people(people(), {unit.code: unit for unit in made})
    loading.load()


@pytest.fixture
def bureau(db: None) -> Bureau:
    """The demo bureau with reference data."""
    return seeded()


def statuses(results: Sequence[Result]) -> list[str]:
    """The statuses of results."""
    return [result.status for result in results]
