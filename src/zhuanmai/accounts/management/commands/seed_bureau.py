"""`zhuanmai seed_bureau`: the demo bureau — a city bureau, six districts, 18 squads, about 120 people, all made up."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand
from django.db import transaction

from zhuanmai.accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, Person, people, units
from zhuanmai.accounts.models import Grant, Officer, Unit
from zhuanmai.core.clock import now
from zhuanmai.core.ids import derived_id
from zhuanmai.ledger.services import append


class Command(BaseCommand):
    """Make the demo bureau; running it again changes nothing. `--case` adds the people whom a case folder names."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to show or add."""
        parser.add_argument("--show", action="store_true", help="print the demo accounts")
        parser.add_argument("--who", type=Path, help="print as JSON which account plays which part of a case.json")
        parser.add_argument("--case", type=Path, help="a case.json whose officers and approvers must exist")

    def handle(self, *_: Any, **options: Any) -> None:
        """Seed, add, show."""
        if options["show"]:
            for username, words in DEMO_ACCOUNTS:
                self.stdout.write(f"{username:<10} {words}")
            self.stdout.write(f"口令（仅演示环境）  {DEMO_PASSWORD}")
            return
        if options["who"]:
            self.stdout.write(json.dumps(_parts(json.loads(options["who"].read_text(encoding="utf-8")))))
            return
        made = units()
        with transaction.atomic():
            if not Unit.objects.exists():
                Unit.objects.bulk_create(made)
                _people(people(), {unit.code: unit for unit in made})
        if options["case"]:
            _people_of_case(json.loads(options["case"].read_text(encoding="utf-8")))


def _people(wanted: list[Person], by_code: dict[str, Unit]) -> None:
    password = make_password(DEMO_PASSWORD)
    officers = [
        Officer(
            id=derived_id("officer", one.username),
            username=one.username,
            name=one.name,
            unit=by_code[one.unit_code],
            certificate_no=one.certificate_no,
            certificate_valid_to=one.certificate_valid_to,
            password=password,
            is_demo=True,
        )
        for one in wanted
    ]
    Officer.objects.bulk_create(officers)
    by_name = {one.username: one for one in officers}
    grants = [
        Grant(
            id=derived_id("grant", one.username, role, unit_code),
            officer=by_name[one.username],
            role=role,
            unit=by_code[unit_code],
            starts_on="2020-01-01",
            confirmed_at=now(),
            reason="演示",
        )
        for one in wanted
        for role, unit_code in one.roles
    ]
    Grant.objects.bulk_create(grants)
    rows = [*Unit.objects.filter(pk__in={unit.pk for unit in by_code.values()}), *officers, *grants]
    for row in rows:
        row.refresh_from_db()
    facts = {"units": len(by_code), "officers": len(officers)}
    append("accounts.seeded", actor_id=None, object_kind="bureau", object_id=rows[0].pk, facts=facts, rows=rows)


def _people_of_case(case: dict[str, Any]) -> None:
    """Officers with their certificates, and approvers by name, of the bureau that the case names."""
    bureau = Unit.objects.get(name=case["unit"])
    squad = Unit.objects.filter(kind="squad", district_code=bureau.district_code).order_by("code").first() or bureau
    wanted: list[Person] = []
    for one in case["officers"]:
        if not Officer.objects.filter(certificate_no=one["certificate_no"], name=one["name"]).exists():
            username = f"c{one['certificate_no']}"
            wanted.append(Person(username, one["name"], squad.code, (("officer", squad.code),), one["certificate_no"]))
    approvers = {**case.get("approvers", {}), "valuer": case.get("valuer")}
    for role, name in approvers.items():
        held = Grant.objects.filter(role=role, unit=bureau, officer__name=name)
        if name and not held.exists():
            username = f"c-{role}-{bureau.code}"[:40]
            wanted.append(Person(username, name, bureau.code, ((role, bureau.code),)))
    new = [one for one in wanted if not Officer.objects.filter(username=one.username).exists()]
    if new:
        with transaction.atomic():
            _people(new, {unit.code: unit for unit in (bureau, squad)})


def _parts(case: dict[str, Any]) -> dict[str, str]:
    """Who plays which part: officer:0, officer:1, the heads by role, valuer → username."""
    bureau = Unit.objects.get(name=case["unit"])
    found = {
        f"officer:{place}": Officer.objects.get(certificate_no=one["certificate_no"]).username
        for place, one in enumerate(case["officers"])
    }
    for role, name in {**case.get("approvers", {}), "valuer": case.get("valuer")}.items():
        held = Grant.objects.filter(role=role, unit=bureau, officer__name=name).select_related("officer").first()
        if held is not None:
            found[role] = held.officer.username
    return found
