"""From the run to the squad and back: alerts raised and given out, looked at, inspected, reported, learned from."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.utils import translation

from tests.core.walking import written
from tests.enforcement.conftest import Bureau
from tests.lake.tables import rows_of
from tests.workers import Worker, a_minute_later, at_work
from zhuanmai.accounts.models import Unit
from zhuanmai.alerts import notices, phrases, queries, services, tasks
from zhuanmai.alerts.daily import asking, quotas, running
from zhuanmai.alerts.detectors.kinds import Column, Spoken
from zhuanmai.alerts.facts import read_facts
from zhuanmai.alerts.facts.events import CATEGORIES
from zhuanmai.alerts.model.features import OF_DETECTOR
from zhuanmai.alerts.model.reasons import telling
from zhuanmai.alerts.models import Alert, Run
from zhuanmai.core import clock, progress, work
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotAllowed, NotFound, Refused
from zhuanmai.core.models import Work
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.services import acts
from zhuanmai.lake.engine import open_lake
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify

pytestmark = pytest.mark.django_db
Make = Callable[..., Alert]


def kinds() -> list[str]:
    return [kind for kind in Entry.objects.order_by("seq").values_list("kind", flat=True) if kind.startswith("alerts.")]


def ran(bureau: Bureau, **facts: Any) -> Run:
    row = asking.ask(actor=bureau["analyst"], **facts)
    return running.perform(run_id=row.pk)


def test_a_run_raises_alerts_and_gives_them_to_the_squads_of_their_areas(
    bureau: Bureau, lake: Path, settings: Any
) -> None:
    settings.ALERTS_PER_WEEK, settings.ALERTS_OPEN_PER_SQUAD = 70, 2
    row = ran(bureau)
    alerts = list(Alert.objects.select_related("unit", "area"))
    assert (row.state, row.error) == ("done", "")
    assert len(alerts) == row.wanted == quotas.quota(0, row.day.weekday(), 70)
    assert all(one.day == row.day and 0 < one.probability < 1 for one in alerts)
    directed = [one for one in alerts if not one.drawn]
    assert all(1 <= len(one.reasons) <= 5 and one.leading == one.reasons[0]["detector"] for one in directed)
    drawn = len(alerts) - len(directed)
    assert drawn == round(len(alerts) * settings.ALERTS_RANDOM_SHARE)
    given = [one for one in alerts if one.state == "assigned"]
    assert given
    for one in given:
        assert one.unit == one.area
        assert one.unit.district_code == one.district_code
        assert one.due == today() + dt.timedelta(days=settings.ALERTS_DUE_DAYS)
    waiting = [one for one in alerts if one.state == "raised"]
    assert all(one.unit.is_bureau for one in waiting)
    assert kinds()[:2] == ["alerts.run_asked", "alerts.raised"]
    assert row.numbers["population"]
    licensed = next(one for one in directed if one.subject_kind == "licence")
    assert len(licensed.picture["own"]) == len(licensed.picture["peers"]) == 26


def test_one_day_is_analysed_once_and_a_weeks_number_is_not_passed(bureau: Bureau, lake: Path) -> None:
    first = ran(bureau)
    with pytest.raises(Conflict, match="已经分析过"):
        asking.ask(actor=bureau["analyst"])
    earlier = ran(bureau, day=first.day - dt.timedelta(days=1))
    of_week = Counter[int]()
    for run in (first, earlier):
        of_week[run.day.isocalendar().week] += run.wanted
    assert max(of_week.values()) <= 13
    with pytest.raises(NotAllowed):
        asking.ask(actor=bureau["jia"])


def test_nobody_is_alerted_again_for_the_same_reason_within_the_period(
    bureau: Bureau, lake: Path, settings: Any
) -> None:
    settings.ALERTS_PER_WEEK, settings.ALERTS_RANDOM_SHARE = 140, 0.0
    row = ran(bureau)
    before = {one.subject: one.leading for one in row.alerts.all()}
    for one in row.alerts.all():  # all reported, so that only the reason bars them
        if one.state == "raised":
            services.assign(actor=bureau["analyst"], alert_ids=[one.pk], squad_id=bureau["jia"].unit.pk)
    Alert.objects.update(state="done", outcome="closed_door", done_at=now(), visited_on=today(), handed_back_at=now())
    Run.objects.update(day=row.day - dt.timedelta(days=8))
    Alert.objects.update(day=row.day - dt.timedelta(days=8), number=Concat(Value("X"), "number"))
    again = ran(bureau)
    assert again.alerts.exists()
    for one in again.alerts.all():
        assert before.get(one.subject) != one.leading


def test_a_lake_without_licences_says_what_to_do(bureau: Bureau, tmp_path: Path, settings: Any) -> None:
    settings.LAKE_DIR, settings.HOME_DIR = tmp_path / "none", tmp_path
    row = ran(bureau)
    assert (row.state, "请先在“数据湖”导入文件" in row.error) == ("failed", True)
    assert asking.ask(actor=bureau["analyst"]).day == row.day  # it may be asked again


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_killed_daily_run_goes_on(no_jobs: None, bureau: Bureau, lake: Path, settings: Any) -> None:
    """kill -9 of the worker while it ranks: the lock that keeps runs one after the other is free again."""
    tasks.daily(0)
    row = Run.objects.get()
    with at_work(Worker(settings.HOME_DIR)) as worker:
        worker.until(lambda: Work.objects.get(pk=row.work_id).step == "ranking", "the run is under way")
        worker.kill()
    a_minute_later()
    row.work.refresh_from_db()
    assert "进程已中断" in progress.how_far(row.work, poll_url="")["words"]
    with at_work(Worker(settings.HOME_DIR)) as worker:
        worker.until(lambda: not Work.objects.filter(state__in=Work.OPEN).exists(), "the run is done")
    assert set(Run.objects.values_list("work__state", flat=True)) == {"done"}
    assert kinds().count("alerts.raised") == 1


def test_a_model_serves_a_week_and_a_broken_one_is_learned_anew(bureau: Bureau, lake: Path, settings: Any) -> None:
    settings.ALERTS_PER_WEEK = 70
    day = today() - dt.timedelta(days=1)
    learned = [ran(bureau, day=day - dt.timedelta(days=back)).numbers["learned_on"] for back in (9, 8, 3, 2)]
    before = [str(day - dt.timedelta(days=back)) for back in (9, 9, 9, 2)]
    assert learned == before
    for file in (settings.HOME_DIR / "models").glob("*.joblib"):
        file.write_bytes(b"not a model")
    assert ran(bureau, day=day).numbers["learned_on"] == str(day)


def test_the_squad_looks_reports_and_takes_back(bureau: Bureau, an_alert: Make) -> None:
    row = an_alert()
    services.see(actor=bureau["bing"], alert_id=row.pk)  # a head's look is none of the squad's
    assert Alert.objects.get().state == "assigned"
    services.see(actor=bureau["jia"], alert_id=row.pk)
    services.see(actor=bureau["yi"], alert_id=row.pk)
    assert (Alert.objects.get().state, Alert.objects.get().seen_by) == ("seen", bureau["jia"])
    with pytest.raises(Refused, match="请填写立案号"):
        services.record(actor=bureau["jia"], alert_id=row.pk, outcome="case")
    with pytest.raises(Refused, match="请选择检查结果"):
        services.record(actor=bureau["jia"], alert_id=row.pk, outcome="nothing")
    done = services.record(actor=bureau["jia"], alert_id=row.pk, outcome="minor", note="无证摊位已撤")
    assert (done.state, done.visited_on, done.done_by) == ("done", today(), bureau["jia"])
    with pytest.raises(NotAllowed, match="只有反馈人本人"):
        services.withdraw(actor=bureau["yi"], alert_id=row.pk)
    assert services.withdraw(actor=bureau["jia"], alert_id=row.pk).state == "seen"
    assert kinds() == ["alerts.assigned", "alerts.seen", "alerts.recorded", "alerts.withdrawn"]
    assert verify().problems == []


def test_asking_for_the_page_changes_nothing_and_the_page_says_that_it_is_open(bureau: Bureau, an_alert: Make) -> None:
    row, client = an_alert(), Client()
    client.force_login(bureau["jia"])
    with written() as tables:
        page = client.get(f"/alerts/{row.pk}").content.decode()
    assert tables == []
    assert f'hx-post="/alerts/{row.pk}/see"' in page
    assert Alert.objects.get().state == "assigned"
    assert "已查看" in client.post(f"/alerts/{row.pk}/see").content.decode()
    assert Alert.objects.get().state == "seen"
    assert f"/alerts/{row.pk}/see" not in client.get(f"/alerts/{row.pk}").content.decode()


def test_who_is_not_of_the_squad_does_not_see_it(bureau: Bureau, an_alert: Make) -> None:
    row = an_alert()
    stranger = bureau["o35020320"]
    with pytest.raises(NotFound):
        services.record(actor=stranger, alert_id=row.pk, outcome="clear")
    assert not queries.alerts(stranger, queries.Filters()).exists()
    assert queries.alerts(bureau["bing"], queries.Filters(state="open")).count() == 1  # the district's head
    assert queries.count_waiting(bureau["jia"]) == 1
    assert [notice.level for notice in notices.waiting(bureau["jia"])] == ["warning"]
    with pytest.raises(NotAllowed):
        services.assign(actor=bureau["jia"], alert_ids=[row.pk], squad_id=bureau["jia"].unit.pk)


def test_a_head_gives_it_to_another_squad_of_the_district_only(bureau: Bureau, an_alert: Make) -> None:
    row = an_alert()
    second = Unit.objects.get(code="350206-2")
    assert services.assign(actor=bureau["bing"], alert_ids=[row.pk], squad_id=second.pk)[0].unit == second
    with pytest.raises(Conflict, match="已在"):
        services.assign(actor=bureau["bing"], alert_ids=[row.pk], squad_id=second.pk)
    with pytest.raises(NotAllowed):
        services.assign(actor=bureau["bing"], alert_ids=[row.pk], squad_id=Unit.objects.get(code="350203-1").pk)
    with pytest.raises(Refused, match="请选择一个中队"):
        services.assign(actor=bureau["bing"], alert_ids=[row.pk], squad_id=uuid.uuid4())


def test_what_is_late_is_overdue_and_can_still_be_visited(bureau: Bureau, an_alert: Make) -> None:
    row = an_alert()
    Alert.objects.update(due=today() - dt.timedelta(days=1))
    tasks.sweep(0)
    tasks.sweep(0)
    assert Alert.objects.get().state == "overdue"
    assert kinds() == ["alerts.assigned", "alerts.lapsed"]
    assert [notice.level for notice in notices.waiting(bureau["jia"])] == ["danger"]
    assert services.record(actor=bureau["jia"], alert_id=row.pk, outcome="clear").state == "done"


@pytest.mark.parametrize("late, state", [(0, "assigned"), (1, "overdue")])
def test_an_alert_is_late_after_its_day_not_on_it(bureau: Bureau, an_alert: Make, late: int, state: str) -> None:
    an_alert()
    Alert.objects.update(due=today() - dt.timedelta(days=late))
    services.lapse()
    assert Alert.objects.get().state == state


@pytest.mark.parametrize("state", ["assigned", "seen", "overdue", "visited"])
def test_what_a_squad_still_has_counts_into_its_load(bureau: Bureau, an_alert: Make, settings: Any, state: str) -> None:
    """A visit that is under way too: its outcome is not there yet."""
    settings.ALERTS_OPEN_PER_SQUAD = 1
    has = an_alert(1)
    Alert.objects.filter(pk=has.pk).update(state=state)
    an_alert(2, given=False)
    assert services.dispatch_waiting() == []


def test_what_waits_goes_out_when_the_squad_has_room(bureau: Bureau, an_alert: Make, settings: Any) -> None:
    settings.ALERTS_OPEN_PER_SQUAD = 1
    first = an_alert(1)
    an_alert(2, given=False, probability=0.3)
    an_alert(3, given=False, probability=0.6)
    assert services.dispatch_waiting() == []
    services.record(actor=bureau["jia"], alert_id=first.pk, outcome="clear")
    tasks.sweep(0)
    states = dict(Alert.objects.values_list("number", "state"))
    assert (states["A20260101-003"], states["A20260101-002"]) == ("assigned", "raised")


def inspected(bureau: Bureau, row: Alert) -> Case:
    case_id = services.inspect(
        actor=bureau["jia"], alert_id=row.pk, partner_id=bureau["yi"].pk, clue="预警：紧俏烟顶格订购。"
    )
    return Case.objects.select_related("inspection").get(pk=case_id)


def test_an_inspection_takes_over_what_the_alert_knows(bureau: Bureau, an_alert: Make) -> None:
    row = an_alert(longitude=118.1, latitude=24.5)
    case = inspected(bureau, row)
    visit = case.inspection
    assert (visit.reason, visit.shop_name, visit.address) == ("alert", row.shop_name, row.address)
    assert (visit.clue_source, visit.clue_text) == ("预警派单 A20260101-001", "预警：紧俏烟顶格订购。")
    assert (visit.longitude, visit.district_code) == (118.1, "350206")
    assert [one.officer for one in case.assignments.order_by("position")] == [bureau["jia"], bureau["yi"]]
    assert inspected(bureau, row) == case  # asked twice: one case
    assert Alert.objects.get().state == "visited"
    with pytest.raises(Conflict):
        services.assign(actor=bureau["analyst"], alert_ids=[row.pk], squad_id=Unit.objects.get(code="350206-2").pk)


def test_what_the_inspection_found_comes_back_by_itself(bureau: Bureau, an_alert: Make) -> None:
    row = an_alert()
    case = inspected(bureau, row)
    acts.act(officer=bureau["jia"], case_id=case.pk, operation_id=uuid.uuid4(), name="end_no_finding")
    row.refresh_from_db()
    assert (row.state, row.outcome, row.done_by, row.case_no) == ("done", "clear", bureau["jia"], "")
    with pytest.raises(Conflict, match="来自现场检查"):
        services.withdraw(actor=bureau["jia"], alert_id=row.pk)
    services.heard(case_id=case.pk, outcome="case", case_no="厦湖烟立〔2026〕第1号", actor_id=None)
    row.refresh_from_db()
    assert (row.outcome, row.case_no, row.handed_back_at) == ("case", "厦湖烟立〔2026〕第1号", None)
    services.heard(case_id=uuid.uuid4(), outcome="case", case_no="", actor_id=None)  # another case is nothing to us


def test_an_inspection_that_cannot_be_opened_changes_nothing(bureau: Bureau, an_alert: Make) -> None:
    row = an_alert()
    with pytest.raises(Refused, match="两名不同的在职人员"):
        services.inspect(actor=bureau["jia"], alert_id=row.pk, partner_id=bureau["jia"].pk, clue="")
    assert (Alert.objects.get().state, Case.objects.count()) == ("assigned", 0)


def test_results_are_written_into_the_lake_once_and_again_when_they_change(
    bureau: Bureau, an_alert: Make, lake: Path
) -> None:
    row = an_alert()
    case = inspected(bureau, row)
    services.heard(case_id=case.pk, outcome="clear", case_no="", actor_id=None)
    an_alert(2, drawn=True, leading="random", reasons=[])
    services.record(actor=bureau["jia"], alert_id=Alert.objects.get(drawn=True).pk, outcome="closed_door")
    assert (running.hand_back(), running.hand_back()) == (2, 0)
    services.heard(case_id=case.pk, outcome="case", case_no="厦湖烟立〔2026〕第1号", actor_id=None)
    assert running.hand_back() == 1
    inspections = {one["inspection_no"]: one for one in rows_of(open_lake(lake), "inspections")}
    assert (inspections[row.number]["outcome"], inspections[row.number]["reason"]) == ("case", "alert")
    assert (inspections[row.number]["case_no"], inspections[row.number]["licence_no"]) == (
        "厦湖烟立〔2026〕第1号", row.subject,
    )  # fmt: skip
    assert inspections["A20260101-002"]["reason"] == "random"


def test_the_next_run_knows_what_was_found(bureau: Bureau, lake: Path, an_alert: Make) -> None:
    licence = rows_of(open_lake(lake), "licences")[0]
    row = an_alert(subject=licence["licence_no"], address=licence["address"])
    services.record(actor=bureau["jia"], alert_id=row.pk, outcome="clear")
    Run.objects.all().update(day=today() - dt.timedelta(days=20))
    ran(bureau)
    row.refresh_from_db()
    assert row.handed_back_at is not None
    with pytest.raises(Conflict, match="已计入分析"):
        services.withdraw(actor=bureau["jia"], alert_id=row.pk)


def test_a_reason_speaks_the_readers_language(an_alert: Make) -> None:
    (reason,) = an_alert().reasons
    with translation.override("zh-hans"):
        chinese = phrases.in_words(reason)
    with translation.override("en"):
        english = phrases.in_words(reason)
    assert chinese.startswith("紧俏烟顶格订购：")
    assert english.startswith("Scarce brands at the quota: ")
    assert "3.21" in chinese
    assert "3.21" in english


def test_a_reason_never_tells_weeks_since_what_never_was() -> None:
    told = {"detector": "visited", "column": "visited_ago", "numbers": {"visited_ago": {"value": 15.0, "peers": 200.0}}}
    with translation.override("zh-hans"):
        assert phrases.said_of(told) == "15 周前被检查"
        told["numbers"] = {"visited_ago": {"value": 200.0, "peers": 200.0}}
        assert phrases.said_of(told) == "此前未被检查"


PAGES = ("/alerts", "/alerts?state=", "/alerts/detectors", "/alerts/detectors/quota", "/alerts/results",
         "/alerts/quality", "/alerts/fairness", "/alerts/runs")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_to_whom_they_are_for(bureau: Bureau, an_alert: Make, client: Client, path: str) -> None:
    for number, outcome in enumerate(("clear", "minor", "closed_door"), 1):
        services.record(actor=bureau["jia"], alert_id=an_alert(number).pk, outcome=outcome)
    client.force_login(bureau["analyst"])
    assert client.get(path).status_code == 200
    client.force_login(bureau["clerk"])
    assert client.get(path).status_code == 403


def test_a_morning_that_no_worker_saw_is_made_up_for_once(bureau: Bureau) -> None:
    clock.set_clock(clock.start_of_day(today()) + dt.timedelta(hours=7))
    tasks.missed(0)
    assert not Run.objects.exists()  # the first run is asked for by hand or at its hour
    day = today() - dt.timedelta(days=3)
    past = Run.objects.create(day=day, work=work.past(asking.TASK, about=str(day), at=now()))
    for hour, asked_for in ((5, 0), (7, 1), (9, 1)):
        clock.set_clock(clock.start_of_day(today()) + dt.timedelta(hours=hour))
        tasks.missed(0)
        assert Run.objects.exclude(pk=past.pk).count() == asked_for
    tasks.daily(0)  # already asked for
    row = Run.objects.exclude(pk=past.pk).get()
    assert (row.day, row.state, row.asked_by_id) == (today() - dt.timedelta(days=1), "waiting", None)
    Work.objects.filter(pk=row.work_id).update(state="failed")
    tasks.missed(0)
    assert Run.objects.count() == 2  # what failed is not tried again by itself


def test_the_list_says_that_a_run_is_under_way(bureau: Bureau, lake: Path, client: Client) -> None:
    """A squad's officer sees how far it is, and the alerts when it is done; the run's own page is the analysts'."""
    client.force_login(bureau["jia"])
    assert "每天清晨分析数据湖" in client.get("/alerts").content.decode()
    row = asking.ask(actor=None)
    page = client.get("/alerts").content.decode()
    assert f"正在分析截至 {row.day} 的数据" in page
    assert "暂无未办结的预警" in page
    assert f"/alerts/runs/{row.pk}/progress" in page
    assert client.get(f"/alerts/runs/{row.pk}").status_code == 403
    bar = client.get(f"/alerts/runs/{row.pk}/progress")
    assert (bar.status_code, bar.headers.get("HX-Refresh")) == (200, None)
    running.perform(run_id=row.pk)
    assert client.get(f"/alerts/runs/{row.pk}/progress").headers["HX-Refresh"] == "true"
    assert "正在分析" not in client.get("/alerts").content.decode()
    client.force_login(bureau["clerk"])
    assert client.get(f"/alerts/runs/{row.pk}/progress").status_code == 403


def test_an_alerts_page_offers_what_can_be_done_now(bureau: Bureau, an_alert: Make, client: Client) -> None:
    row = an_alert()
    client.force_login(bureau["jia"])
    page = client.get(f"/alerts/{row.pk}").content.decode()
    assert 'data-test="inspect"' in page
    assert 'data-test="assign"' not in page
    answer = client.post(f"/alerts/{row.pk}/record", {"outcome": "case", "case_no": "", "note": "后仓有货"})
    assert answer.status_code == 422
    assert "请填写立案号" in answer.content.decode()
    assert "后仓有货" in answer.content.decode()  # what was typed is kept
    assert client.post(f"/alerts/{row.pk}/record", {"outcome": "clear"}).status_code == 302
    page = client.get(f"/alerts/{row.pk}").content.decode()
    assert 'data-test="withdraw"' in page
    assert "未发现违法" in page


def test_results_count_what_squads_could_see(bureau: Bureau, an_alert: Make) -> None:
    for number, outcome in enumerate(("clear", "minor", "closed_door", "wrong_address"), 1):
        services.record(actor=bureau["jia"], alert_id=an_alert(number).pk, outcome=outcome)
    an_alert(5)
    whole, weeks = queries.record_of(bureau["analyst"], "quota")
    assert (whole.alerts, whole.visits, whole.hits, whole.rate) == (5, 2, 1, 0.5)
    found = queries.conversion(bureau["analyst"], since=today() - dt.timedelta(days=9), until=today())
    assert dict(found["squad"]) == {"湖里区稽查一中队": whole}
    assert [share for _, share in weeks] == [whole]
    bins, error = queries.calibration(bureau["analyst"])
    assert [(one.said, one.share.hits) for one in bins] == [(0.5, 1)]
    assert error == 0.0
    rates = queries.fairness(bureau["analyst"], since=today() - dt.timedelta(days=9))
    assert [(one.key, one.directed.hits) for one in rates["district"]] == [("350206", 1)]


def test_orders_that_come_in_late_do_not_look_like_a_fall(bureau: Bureau, lake: Path) -> None:
    """The lake's orders ended some days ago: a run as of five days later looks at the same whole weeks."""
    found = open_lake()
    facts = read_facts(found, today(), with_orders=True)
    assert facts.weeks.last < today()
    later = read_facts(found, today() + dt.timedelta(days=5), with_orders=True)
    assert later.weeks == facts.weeks
    assert (later.orders.sums["cartons"] == facts.orders.sums["cartons"]).all()
    cartons = facts.orders.sums["cartons"].sum(axis=0)
    assert cartons[-1] > 0.8 * cartons[-9:-1].mean()


def test_a_run_whose_orders_are_old_says_so(bureau: Bureau, lake: Path, client: Client) -> None:
    row = ran(bureau)
    assert row.orders_late is None
    row.numbers["orders_until"] = str(row.day - dt.timedelta(days=20))
    row.save()
    client.force_login(bureau["analyst"])
    page = client.get(f"/alerts/runs/{row.pk}").content.decode()
    assert f"订单只到 {row.day - dt.timedelta(days=20)}" in page


def test_what_is_known_since_the_last_orders_counts_into_the_newest_week(bureau: Bureau, lake: Path) -> None:
    found = open_lake()
    complaints = found.table("complaints")
    cut = today() - dt.timedelta(days=5)
    orders = found.table("orders")
    late = replace(found, tables={**found.tables, "orders": orders.filter(orders.order_date <= cut)})
    facts = read_facts(late, today(), with_orders=True)
    assert facts.weeks.last <= cut
    named = complaints.filter(complaints.licence_no.notnull()).count().execute()
    kinds = [name for name in CATEGORIES if name in facts.events.counts]
    total = sum(facts.events.counts[name].sum() for name in kinds)
    assert total >= named
    whole = read_facts(late, today())  # weeks up to today, the last of them without orders
    assert total == sum(whole.events.counts[name].sum() for name in kinds)


@pytest.mark.parametrize(
    ("column", "value", "peers", "said"),
    [
        ("rise", 0.5, 0.0, "近八周订货比自身前半年多 65%（已扣除季节和同类涨跌）"),
        ("rise", -0.8, 0.0, "近八周订货比自身前半年少 55%（已扣除季节和同类涨跌）"),
        ("falling", 0.8, 0.0, "近八周总订货比上一年少 55%（已扣除同类涨跌）"),
        ("falling", -0.5, 0.0, "近八周总订货比上一年多 65%（已扣除同类涨跌）"),
        ("full_8", 0.824, 0.1, "八周内顶格订购占 82%；同类 10%"),
        ("fill", -1.25, 0.0, "限额用足程度低于同规模店铺 1.2 个标准差"),
        ("other_phone", 1.0, 0.0, "用其他持证人的电话订货"),
        ("caught_ago", 200.0, 200.0, "此前未被查获"),
        ("caught_ago", 9.0, 200.0, "9 周前曾被查获"),
        ("heavy_13", 3.0, -0.0, "13 周内重包裹 3 件；同类 0"),
    ],
)
def test_a_reason_says_its_number_as_an_officer_reads_it(column: str, value: float, peers: float, said: str) -> None:
    reason = {"detector": OF_DETECTOR[column], "column": column, "numbers": {column: {"value": value, "peers": peers}}}
    with translation.override("zh-hans"):
        assert phrases.said_of(reason) == said


def test_a_reason_leads_with_what_can_be_checked_on_the_spot() -> None:
    """A blend of traces leads only where the detector's plain numbers are all at the usual."""
    plain, blend = Column("heavy_13", 1, ""), Column("parcels", 1, "", spoken=Spoken.BLEND)
    assert min((blend, plain), key=lambda column: telling(column, 2.0)) is plain
    assert min((blend, plain), key=lambda column: telling(column, 2.0 if column is blend else 0.0)) is blend
    aside = Column("age", 0, "", spoken=Spoken.ASIDE)
    assert min((aside, blend), key=lambda column: telling(column, 9.0 if column is aside else 0.1)) is blend
    other = Column("heavy_26", 1, "")
    assert min((plain, other), key=lambda column: telling(column, -9.0 if column is plain else 0.1)) is other
