"""How long a search takes, with and without its indexes: `python -m benchmarks.search [SHOPS] [CASES]`.

Fills a database of its own on the tests' server with a register and with cases (a party, 20 lines, 4 carton codes, 13
documents each), and asks as an officer at the pages. The baseline is the same question once the trigram indexes are
dropped, in the same run.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from functools import partial

import django
from tests import environment

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from tests.behind import speak_as  # noqa: E402

from zhuanmai.accounts.demo import people, units  # noqa: E402
from zhuanmai.accounts.management.commands.seed_bureau import _people  # noqa: E402
from zhuanmai.accounts.models import Officer, Unit  # noqa: E402
from zhuanmai.core import postgres  # noqa: E402
from zhuanmai.core.clock import today  # noqa: E402
from zhuanmai.core.ids import new_id  # noqa: E402
from zhuanmai.core.once import while_reading  # noqa: E402
from zhuanmai.core.roles import Role  # noqa: E402
from zhuanmai.core.search import SHOWN, search  # noqa: E402
from zhuanmai.documents.models import Document  # noqa: E402
from zhuanmai.enforcement.models import (  # noqa: E402
    CartonCodeRead,
    Case,
    CaseOfficer,
    Inspection,
    ItemLine,
    Party,
)
from zhuanmai.reference import loading, made_up  # noqa: E402
from zhuanmai.reference.licensees import cleaned  # noqa: E402
from zhuanmai.reference.models import Licensee, Product  # noqa: E402

LINES, CODES, DOCUMENTS, TIMES = 20, 4, 13, 10


def fill(shops: int, cases: int) -> Officer:
    """The register, the cases; who asks: the head of the city's bureau, who sees them all."""
    made = units()
    with transaction.atomic():
        Unit.objects.bulk_create(made)
        _people(people(), {unit.code: unit for unit in made})
    loading.load()
    Licensee.objects.bulk_create([Licensee(**cleaned(row)) for row in made_up.shops(shops)], batch_size=5000)
    rng, licensees = random.Random(15), list(Licensee.objects.all()[:cases])
    codes = list(Product.objects.values_list("barcodes__code", "name").exclude(barcodes=None))
    officers = [Officer.objects.get(username=name) for name in ("jia", "yi")]
    bureau, squad = Unit.objects.get(code="350206"), Unit.objects.get(code="350206-1")
    for start in range(0, cases, 500):
        _cases(rng, licensees[start : start + 500], start, codes, officers, bureau, squad)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return Officer.objects.get(username="city-head")


def _cases(
    rng: random.Random, shops: list[Licensee], start: int, codes: list[tuple[str, str]], officers: list[Officer],
    bureau: Unit, squad: Unit,
) -> None:  # fmt: skip
    day, by = today(), officers[0].pk
    cases = [
        Case(clue_no=f"{bureau.abbreviation}-20261130-{n:02d}", clue_day=day, clue_serial=n, unit=squad, bureau=bureau,
             state="inspection", opened_by=officers[0])
        for n in range(start + 1, start + 1 + len(shops))
    ]  # fmt: skip
    pairs = list(zip(cases, shops, strict=True))
    lines = [
        ItemLine(id=new_id(), case=case, place_in_case=place, barcode=code, name=name, quantity=1, changed_by=by)
        for case in cases
        for place, (code, name) in enumerate(rng.sample(codes, LINES))
    ]
    Case.objects.bulk_create(cases)
    Inspection.objects.bulk_create(
        Inspection(case=case, reason="routine", shop_name=shop.shop_name, address=shop.address) for case, shop in pairs
    )
    Party.objects.bulk_create(
        Party(case=case, name=shop.holder_name, id_no=shop.holder_id, phone=shop.phone, licence_no=shop.licence_no)
        for case, shop in pairs
    )
    CaseOfficer.objects.bulk_create(
        CaseOfficer(case=case, officer=one, position=place)
        for case in cases
        for place, one in enumerate(officers, start=1)
    )
    ItemLine.objects.bulk_create(lines)
    CartonCodeRead.objects.bulk_create(
        CartonCodeRead(
            case=line.case, line=line, row1=f"{rng.randrange(10**16):016d}", sorted_on=day, company="XMYC",
            row2=f"XMYC{(shop := rng.choice(shops)).licence_no}", licence_no=shop.licence_no, means="other_shop",
            read_by=by,
        )
        for line in lines
        if line.place_in_case < CODES
    )  # fmt: skip
    Document.objects.bulk_create(
        Document(subject_kind="case", subject_id=case.pk, unit=bureau, kind="D21", key=str(place),
                 number=f"厦湖烟存通〔2026〕第{case.clue_serial * DOCUMENTS + place}号")
        for case in cases
        for place in range(DOCUMENTS)
    )  # fmt: skip


def quickest(ask: Callable[[], object]) -> float:
    """The quickest of the answers (ms): the one that others on the machine disturbed least."""
    taken = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        with while_reading():
            ask()
        taken.append(1000 * (time.perf_counter() - begun))
    return min(taken)


def without_indexes(ask: Callable[[], object]) -> float:
    """The same with the trigram indexes dropped, in a transaction that is rolled back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select indexname from pg_indexes where indexdef like '%gin_trgm_ops%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"drop index {name}")
        taken = quickest(ask)
        transaction.set_rollback(True)
    return taken


def main() -> None:
    """Measure and print."""
    shops, cases = (int(sys.argv[n]) if len(sys.argv) > n else wanted for n, wanted in ((1, 30_000), (2, 5_000)))
    settings.ALLOWED_HOSTS = ["*"]
    speak_as(Role.OWNER)
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        officer = fill(shops, cases)
        client = Client()
        client.force_login(officer)
        some = Licensee.objects.all()[min(cases, shops) // 2]
        words = {
            "licence": some.licence_no, "end of a licence": some.licence_no[-5:], "end of a telephone": some.phone[-4:],
            "number of a person": some.holder_id, "name of a person": some.holder_name,
            "name of a shop": some.shop_name, "two characters": some.shop_name[:2], "nothing": "无此名称",
            "end of a barcode": "314985", "number of a case": f"厦湖烟-20261130-{cases // 2}",
            "number of a document": f"〔2026〕{cases * DOCUMENTS // 2}", "end of a carton code": "98213",
        }  # fmt: skip
        print(f"{shops} licensees, {cases} cases of {LINES} lines, {CODES} carton codes, {DOCUMENTS} documents; ms")
        print("| searched | the search | without its indexes | ratio | its page | while typing |")
        print("| --- | --: | --: | --: | --: | --: |")
        for what, text in words.items():
            ask = partial(search, officer, text, sent=False, most=SHOWN)
            page = partial(client.get, "/search", {"q": text, "all": "1"})
            typed = partial(client.get, "/search/suggestions", {"q": text})
            found, bare = quickest(ask), without_indexes(ask)
            print(f"| {what} | {found:.0f} | {bare:.0f} | {bare / found:.1f} | {quickest(page):.0f} | "
                  f"{quickest(typed):.0f} |", flush=True)  # fmt: skip
    finally:
        connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
        if environment.STARTED_HERE:
            postgres.stop(postgres.cluster_of(environment.HOME))


if __name__ == "__main__":
    main()
