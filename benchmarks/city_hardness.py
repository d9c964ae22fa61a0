"""`python -m benchmarks.city_hardness LAKE TRUTH …`: how hard a city is for alerts, by precision of the 13 best a week.

Random alerts, each trace alone, rules made by hand, and a plain learner trained on past visits or on the truth.
Needs scikit-learn, duckdb and pandas, none of which the product needs for this.
"""

from __future__ import annotations

import datetime as dt
import sys
import warnings
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from zhuanmai.sandbox.city.truth import Truth, open_truth

ALERTS_A_WEEK, LAST_WEEKS, REPEAT_WEEKS = 13, 26, 26
FEATURES = """
with o as (select o.licence_no, date_trunc('week', order_date)::date as week, sum(cartons) as cartons,
        sum(cartons) filter (p.scarce) as scarce, sum(cartons) filter (p.price_class <= 2 and not p.scarce) as dear,
        sum(cartons) filter (p.brand in (select brand from imported)) as imported,
        sum(cartons) filter (p.price_class >= 4) as cheap
    from orders o join products p using (carton_barcode) group by all)
select licence_no, week, cartons, scarce, dear, imported, cheap from o
"""


def panel(connection: duckdb.DuckDBPyConnection, start: dt.date, weeks: int) -> tuple[list[str], dict[str, np.ndarray]]:
    """Shops × weeks of what was ordered."""
    connection.execute(
        "create table imported as select distinct brand from products where carton_barcode not like '69%'"
    )
    rows = connection.execute(FEATURES).df()
    numbers = [row[0] for row in connection.execute("select licence_no from licences order by 1").fetchall()]
    place = {number: index for index, number in enumerate(numbers)}
    shop = rows.licence_no.map(place).to_numpy()
    week = ((pd.to_datetime(rows.week) - pd.Timestamp(start)).dt.days // 7).to_numpy()
    made = {}
    for column in ("cartons", "scarce", "dear", "imported", "cheap"):
        matrix = np.zeros((len(numbers), weeks), dtype=np.float32)
        matrix[shop, week] = rows[column].fillna(0)
        made[column] = matrix
    scans = connection.execute("select licence_no, week, cartons_sold from scans").df()
    matrix = np.full((len(numbers), weeks), np.nan, dtype=np.float32)
    days = (pd.to_datetime(scans.week) - pd.Timestamp(start)).dt.days
    matrix[scans.licence_no.map(place), days // 7] = scans.cartons_sold
    made["scans"] = matrix
    return numbers, made


def dated(
    connection: duckdb.DuckDBPyConnection, start: dt.date, weeks: int, place: dict[str, int]
) -> dict[str, np.ndarray]:
    """Shops × weeks of events that name a shop: by number, by phone, by address without its decoration."""
    plain = "regexp_replace(regexp_replace({}, '^厦门市', ''), '(店面|号之|号|-|旁)', '', 'g')"
    licences = f"(select licence_no, phone, holder_name, {plain.format('address')} as at from licences)"
    out: dict[str, np.ndarray] = {}

    def add(name: str, query: str) -> None:
        matrix = np.zeros((len(place), weeks), dtype=np.float32)
        for licence, day in connection.execute(query).fetchall():
            week = (day - start).days // 7
            if licence in place and 0 <= week < weeks:
                matrix[place[licence], week] += 1
        out[name] = matrix

    for name, which in (
        ("complaints", "true"),
        ("accused", "category in ('counterfeit','unlicensed','smuggled','minor')"),
    ):
        add(
            name,
            f"select coalesce(c.licence_no, l.licence_no), received_at::date from complaints c left join {licences} l"
            f" on c.licence_no is null and l.at = {plain.format('c.address')} where {which}",
        )
    connection.execute(f"create temp table known as {licences[1:-1]}")
    for side in ("receiver", "sender"):
        connection.execute(
            f"create temp table by_{side} as select distinct licence_no, p.* from parcels p join known l"
            f" on p.{side}_phone = l.phone union select licence_no, p.* from parcels p join known l"
            f" on {plain.format(f'p.{side}_address')} = l.at"
        )
    add("parcels_in", "select licence_no, shipped_on from by_receiver")
    add("parcels_out", "select licence_no, shipped_on from by_sender")
    add("heavy_in", "select licence_no, shipped_on from by_receiver where weight_kg > 6")
    add(
        "dealer_in",
        "select licence_no, shipped_on from by_receiver where sender_phone in"
        " (select phone from case_parties where role = 'supplier')",
    )
    add(
        "found",
        "select substr(carton_code, 21), filed_on from case_items join cases using (case_no)"
        " where carton_code is not null",
    )
    add("visited", "select licence_no, inspected_on from inspections where licence_no is not null")
    add("cases", "select licence_no, inspected_on from inspections where outcome = 'case' and licence_no is not null")
    return out


def shared(
    connection: duckdb.DuckDBPyConnection, place: dict[str, int], day: dt.date
) -> tuple[dict[str, np.ndarray], list]:
    """With how many other licences a shop shares each kind of value, by what was first seen up to a day."""
    rows = connection.execute(
        "select licence_no, kind, value from order_accounts where first_seen <= ?", [day]
    ).fetchall()
    users: dict[tuple[str, str], list[int]] = {}
    for licence, kind, value in rows:
        users.setdefault((kind, value), []).append(place[licence])
    found = {kind: np.zeros(len(place)) for kind in ("phone", "pay_account", "device", "vehicle")}
    pairs = []
    for (kind, _), shops in users.items():
        if len(shops) > 1:
            for shop in shops:
                found[kind][shop] = max(found[kind][shop], len(shops) - 1)
            if len(shops) <= 12:
                pairs += [(a, b) for a in shops for b in shops if a != b]
    return found, pairs


def features(
    weeks: dict[str, np.ndarray], events: dict[str, np.ndarray], fixed: dict, links: dict, pairs: list, week: int
) -> dict:
    """Facts of every shop by the end of a week, nothing later."""
    total = weeks["cartons"]
    last8, last26 = total[:, max(0, week - 7) : week + 1], total[:, max(0, week - 33) : max(1, week - 7)]
    city8, city26 = last8.sum() + 1, last26.sum() + 1
    size = last26.mean(axis=1) + 1
    rise = (last8.mean(axis=1) / size) / ((city8 / last8.shape[1]) / (city26 / last26.shape[1]))
    row = {"size": size, "rise": rise, "surge": total[:, week] / (total[:, max(0, week - 3) : week].mean(axis=1) + 3)}
    tier = fixed["tier"]
    for column in ("scarce", "dear", "imported", "cheap"):
        recent = weeks[column][:, max(0, week - 7) : week + 1].sum(axis=1) / (last8.sum(axis=1) + 3)
        before = weeks[column][:, max(0, week - 33) : max(1, week - 7)].sum(axis=1) / (last26.sum(axis=1) + 3)
        row[f"{column}_share"], row[f"{column}_shift"] = recent, recent - before
        city = (
            weeks[column][:, max(0, week - 7) : week + 1].sum()
            / weeks[column][:, max(0, week - 33) : max(1, week - 7)].sum()
        )
        was = weeks[column][:, max(0, week - 33) : max(1, week - 7)].mean(axis=1)
        row[f"{column}_rise"] = np.log(
            (weeks[column][:, max(0, week - 7) : week + 1].mean(axis=1) + 0.5) / (was * city * 26 / 8 + 0.5)
        )
    by_tier = pd.Series(weeks["scarce"][:, max(0, week - 7) : week + 1].mean(axis=1)).groupby(tier)
    row["uptake"] = (weeks["scarce"][:, max(0, week - 7) : week + 1].mean(axis=1) + 0.5) / (
        by_tier.transform("mean") + 0.5
    )
    long = pd.Series(weeks["scarce"][:, max(0, week - 51) : max(1, week - 16)].mean(axis=1)).groupby(tier)
    row["uptake_rise"] = row["uptake"] - (
        weeks["scarce"][:, max(0, week - 51) : max(1, week - 16)].mean(axis=1) + 0.5
    ) / (long.transform("mean") + 0.5)
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        scans = weeks["scans"]
        row["till"] = np.nanmean(scans[:, max(0, week - 7) : week + 1], axis=1) / (last8.mean(axis=1) + 1)
        row["till_shift"] = row["till"] - np.nanmean(scans[:, max(0, week - 33) : max(1, week - 7)], axis=1) / size
    step = weeks["scarce"][:, max(0, week - 15) : week + 1] / (by_tier.transform("mean").to_numpy()[:, None] + 0.5)
    step = step - step.mean(axis=1, keepdims=True)
    step = step - step.mean(axis=0, keepdims=True)
    step = (step / (np.linalg.norm(step, axis=1, keepdims=True) + 1e-3)).astype(np.float32)
    together = np.full(len(size), -1.0)
    if pairs:
        left, right = np.array(pairs).T
        np.maximum.at(together, left, (step[left] * step[right]).sum(axis=1))
    row["step_linked"] = together
    best = np.zeros(len(size))
    for first in range(0, len(size), 2000):
        likeness = step[first : first + 2000] @ step.T
        likeness[np.arange(len(likeness)), first + np.arange(len(likeness))] = -1
        best[first : first + 2000] = np.partition(likeness, -3, axis=1)[:, -3:].mean(axis=1)
    row["step_any"] = best
    for name, matrix in events.items():
        row[f"{name}_13"] = matrix[:, max(0, week - 12) : week + 1].sum(axis=1)
        row[f"{name}_39"] = matrix[:, max(0, week - 38) : week + 1].sum(axis=1)
    for kind, count in links.items():
        row[f"same_{kind}"] = count
    bad = events["cases"][:, : week + 1].sum(axis=1)
    near = np.zeros(len(size))
    if pairs:
        np.maximum.at(near, left, bad[right])
    row["case_linked"] = near
    row["age"] = week * 7 - fixed["opens"]
    for name in ("tier", "business", "location", "moved_in", "moved_in_revoked"):
        row[name] = fixed[name]
    return row


TRACES = (
    "rise", "surge", "uptake", "uptake_rise", "complaints_13", "accused_13", "parcels_in_13",
    "heavy_in_13", "dealer_in_39", "parcels_out_13", "found_39", "same_phone", "same_pay_account", "same_device",
    "same_vehicle", "step_any", "step_linked", "moved_in_revoked", "case_linked",
)  # fmt: skip
FALLING = ("till", "till_shift", "dear_rise", "imported_rise", "rise")


def score_hits(score: np.ndarray, truth: np.ndarray, weeks: list[int]) -> float:
    """Precision of the best 13 a week, no shop again within half a year; ties at random but fixed."""
    rng, last = np.random.default_rng(0), np.full(score.shape[1], -999)
    hits = made = 0
    for row, week in enumerate(weeks):
        now = np.where(
            (week - last) < REPEAT_WEEKS,
            -np.inf,
            np.nan_to_num(score[row], nan=-9e9) + rng.random(score.shape[1]) * 1e-6,
        )
        best = np.argsort(-now)[:ALERTS_A_WEEK]
        last[best] = week
        hits += truth[row, best].sum()
        made += len(best)
    return 100 * hits / made


def facts(connection: duckdb.DuckDBPyConnection, start: dt.date) -> dict[str, np.ndarray]:
    """What the register says."""
    rows = connection.execute("select * from licences order by licence_no").df()
    ended = connection.execute(
        "select l.address, c.changed_on, c.new, l.licence_no from licence_changes c join licences l using (licence_no)"
        " where \"column\" = 'status' and c.new in ('closed', 'revoked')"
    ).df()
    known = {row.address: row for row in ended.itertuples()}
    opens = (pd.to_datetime(rows.opened_on) - pd.Timestamp(start)).dt.days.to_numpy()
    took = [known.get(row.address) for row in rows.itertuples()]
    took = [
        each if each is not None and each.licence_no != own else None
        for each, own in zip(took, rows.licence_no, strict=True)
    ]
    return {
        "tier": rows.order_tier.to_numpy(), "business": rows.business_type.astype("category").cat.codes.to_numpy(),
        "location": rows.location_type.astype("category").cat.codes.to_numpy(), "opens": opens,
        "moved_in": np.array([each is not None for each in took], float),
        "moved_in_revoked": np.array([each is not None and each.new == "revoked" for each in took], float),
    }  # fmt: skip


def labels(truth: Truth, numbers: list[str], day: dt.date) -> np.ndarray:
    """Who offends on a day."""
    return np.array([truth.offending(number, day) is not None for number in numbers])


def measure(lake: Path, folder: Path) -> None:
    """Print the precisions of one city."""
    truth = open_truth(folder)
    start, weeks = dt.date.fromisoformat(truth.parameters["start"]), truth.parameters["weeks"]
    connection = duckdb.connect()
    for name in ("products", "licences", "orders", "order_accounts", "scans", "complaints", "inspections", "cases",
                 "case_parties", "case_items", "parcels", "licence_changes"):  # fmt: skip
        pattern = f"{lake}/{name}-*.parquet" if name in ("orders", "scans") else f"{lake}/{name}.parquet"
        connection.execute(f"create view {name} as select * from read_parquet('{pattern}')")
    numbers, by_week = panel(connection, start, weeks)
    place = {number: index for index, number in enumerate(numbers)}
    events, fixed = dated(connection, start, weeks, place), facts(connection, start)
    frames, hot = {}, {}
    for week in range(12, weeks, 1):
        if week % 4 and week < weeks - LAST_WEEKS:
            frames[week] = frames[week - week % 4]
            continue
        day = start + dt.timedelta(days=week * 7 + 6)
        links, pairs = shared(connection, place, day)
        frames[week] = pd.DataFrame(features(by_week, events, fixed, links, pairs, week)).astype(np.float32)
    late = list(range(weeks - LAST_WEEKS, weeks))
    for week in range(12, weeks):
        hot[week] = labels(truth, numbers, start + dt.timedelta(days=week * 7 + 7))
    now = np.stack([hot[week] for week in late])
    alive = np.stack([by_week["cartons"][:, week - 5 : week + 1].sum(axis=1) > 0 for week in late])

    def hits(score: np.ndarray) -> float:
        return score_hits(np.where(alive, score, -1e9), now, late)

    found = "create view found as select * from inspections where outcome in ('case', 'minor')"
    connection.execute(found)

    def counted(what: str) -> int:
        return connection.execute(f"select count(*) from {what}").fetchone()[0]

    rng = np.random.default_rng(5)
    print(
        f"\n{lake} shops {len(numbers)} share {100 * now.mean():.2f} %; visits {int(events['visited'].sum())}"
        f" found {counted('found')}"
        f" cases {counted('cases')}"
    )
    print(f"  random {np.mean([hits(rng.random(now.shape)) for _ in range(10)]):.1f}")
    alone = {name: hits(np.stack([frames[week][name] for week in late])) for name in TRACES}
    alone |= {f"low {name}": hits(np.stack([-frames[week][name].fillna(9) for week in late])) for name in FALLING}
    print(
        "  traces",
        ", ".join(f"{name} {value:.0f}" for name, value in sorted(alone.items(), key=lambda each: -each[1])[:14]),
    )

    def ranks(week: int, *names: str) -> np.ndarray:
        frame = frames[week]
        return sum(
            (frame[name.removeprefix("-")] * (-1 if name[0] == "-" else 1)).rank(pct=True).fillna(0.5).to_numpy() ** 4
            for name in names
        )

    rule = np.stack(
        [
            ranks(
                w,
                "uptake",
                "step_linked",
                "-till",
                "found_39",
                "accused_13",
                "-dear_rise",
                "parcels_in_13",
                "same_pay_account",
            )
            for w in late
        ]
    )
    print(f"  hand rules {hits(rule):.1f}")
    visits = connection.execute(
        "select licence_no, inspected_on, outcome from inspections where licence_no is not null"
        " and outcome in ('clear', 'minor', 'case')"
    ).df()
    visits["week"] = (pd.to_datetime(visits.inspected_on) - pd.Timestamp(start)).dt.days // 7
    visits = visits[(visits.week >= 13)]
    block = {}
    for first in range(0, LAST_WEEKS, 13):
        known = visits[visits.week < late[first]]
        train = pd.concat([frames[week - 1].iloc[group.licence_no.map(place)] for week, group in known.groupby("week")])
        target = np.concatenate([group.outcome.isin(["case", "minor"]) for _, group in known.groupby("week")])
        true_train = pd.concat([frames[week] for week in range(20, late[first], 8)])
        true_target = np.concatenate([hot[week] for week in range(20, late[first], 8)])
        for name, (rows, answer) in {"visits": (train, target), "truth": (true_train, true_target)}.items():
            scores = []
            for turn in range(2):
                model = HistGradientBoostingClassifier(max_iter=120 if name == "visits" else 250, learning_rate=0.05,
                                                       min_samples_leaf=15, l2_regularization=1.0, random_state=turn,
                                                       max_features=0.5).fit(rows, answer)  # fmt: skip
                scores.append([model.predict_proba(frames[week])[:, 1] for week in late[first : first + 13]])
            block.setdefault(name, []).extend(np.mean(scores, axis=0))
    for name, scores in block.items():
        print(f"  plain learner on {name} {hits(np.stack(scores)):.1f}")


if __name__ == "__main__":
    for index in range(1, len(sys.argv), 2):
        measure(Path(sys.argv[index]), Path(sys.argv[index + 1]))
