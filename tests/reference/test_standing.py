"""A licence whose time is over is said to be so, in the same words wherever the register is shown."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from zhuanmai.core.clock import today
from zhuanmai.reference.models import Licensee
from zhuanmai.reference.standing import Standing, standing, standing_so

DAY = dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("status", "valid_to", "found"),
    [
        ("valid", None, Standing.VALID),
        ("valid", dt.date(2026, 12, 31), Standing.VALID),
        ("valid", dt.date(2026, 12, 30), Standing.ENDS_SOON),
        ("valid", DAY, Standing.ENDS_SOON),
        ("valid", dt.date(2026, 11, 29), Standing.EXPIRED),
        ("suspended", dt.date(2026, 11, 29), Standing.SUSPENDED),
        ("closed", None, Standing.CLOSED),
        ("revoked", dt.date(2028, 1, 1), Standing.REVOKED),
    ],
)
def test_a_licence_holds_on_its_last_day_and_not_on_the_next(
    status: str, valid_to: dt.date | None, found: Standing
) -> None:
    assert standing(status, valid_to, DAY) is found


def test_only_one_in_force_is_green() -> None:
    assert [one for one in Standing if one.level == "success"] == [Standing.VALID]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "found", "words"),
    [(-1, Standing.EXPIRED, "已过期"), (0, Standing.ENDS_SOON, "即将到期"), (30, Standing.ENDS_SOON, "即将到期"),
     (31, Standing.VALID, "有效")],
)  # fmt: skip
def test_list_page_search_and_tablet_say_the_same(
    bureau: Bureau,  # noqa: F811
    client: Client,
    days: int,
    found: Standing,
    words: str,
) -> None:
    Licensee.objects.create(
        licence_no="350206150798", holder_name="叶某", shop_name="顺和盛食杂店", district_code="350206",
        valid_to=today() + dt.timedelta(days=days),
    )  # fmt: skip
    client.force_login(bureau["jia"])
    no = "350206150798"
    chip = f"</svg>{words}</span>"
    shown = {
        f"/reference/licensees/?q={no}&status={found}": chip,
        f"/reference/licensees/{no}/": chip,
        f"/search?q={no}": f"· {words}",
    }
    for address, part in shown.items():
        answer = client.get(address)
        assert (answer.status_code, part in answer.content.decode()) == (200, True), address
    told = client.get(f"/api/reference/licensees?q={no}").json()[0]
    assert (told["standing"], told["standing_words"]) == (found, words)
    so = {one: Licensee.objects.filter(standing_so(one)).count() for one in Standing}
    assert so == {one: int(one is found) for one in Standing}
    assert Licensee.objects.filter(standing_so("no such state")).count() == 1
