"""What is on offer: the shipped catalogue's cigarettes, with prices, popularity, and which are under quota when."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zhuanmai import reference
from zhuanmai.sandbox.city.arrays import Bools, Floats, Ints, stream
from zhuanmai.sandbox.city.identities import with_check_digit
from zhuanmai.sandbox.city.parameters import Parameters

_CATALOGUE = Path(reference.__file__).resolve().parent / "data" / "products.csv"
_CLASSES = {"一类": 1, "二类": 2, "三类": 3, "四类": 4, "五类": 5}
_WHOLESALE = ((1, 190.0, 720.0), (2, 125.0, 185.0), (3, 72.0, 118.0), (4, 42.0, 68.0), (5, 18.0, 38.0))
_PRICE_CHANGES = 0.12  # share of the products whose price changes within two years


@dataclass(frozen=True)
class Products:
    """The products on offer, one place each. Prices in fen a carton; `cap` in cartons a week at tier 30."""

    rows: list[dict[str, str]]
    barcodes: list[str]
    price_class: Ints
    foreign: Bools
    slim: Bools
    popularity: Floats
    wholesale: Ints  # products × weeks
    retail: Ints
    scarce_from: Ints  # the week from which it is under quota; past the window if never
    cap: Floats
    supply: Floats  # products × weeks: how generous the quota is
    trend: Floats  # products × weeks

    @property
    def count(self) -> int:
        """How many."""
        return len(self.barcodes)

    @property
    def scarce(self) -> Bools:
        """Which ever come under quota within the window."""
        found: Bools = self.scarce_from < self.wholesale.shape[1]
        return found


def offer(parameters: Parameters) -> Products:
    """The products of this city."""
    chance = stream(parameters.seed, "products")
    with _CATALOGUE.open(encoding="utf-8", newline="") as file:
        known = [row for row in csv.DictReader(file) if row["type"] == "cigarette"]
    count = int(chance.integers(170, min(270, len(known)) + 1))
    rows = [known[i] for i in np.sort(chance.permutation(len(known))[:count])]
    weeks = parameters.weeks
    price_class = _spread_classes(rows, chance)
    low, high = (np.array([line[side] for line in _WHOLESALE])[price_class - 1] for side in (1, 2))
    base = low + (high - low) * chance.beta(1.2, 2.4, count)
    factor = _price_changes(chance, count, weeks)
    wholesale = np.round(base[:, None] * factor * 2) * 50
    popularity = chance.lognormal(0.0, 1.0, count) * np.array([0.55, 1.1, 2.2, 1.6, 0.8])[price_class - 1]
    scarce_from = _quotas(chance, rows, price_class, weeks)
    steps = chance.normal(0, 0.012, (count, weeks)).cumsum(axis=1)
    return Products(
        rows=rows,
        barcodes=[row["carton_barcode"] for row in rows],
        price_class=price_class,
        foreign=np.array([row["origin"] == "imported" for row in rows]),
        slim=chance.random(count) < 0.12,
        popularity=popularity,
        wholesale=wholesale.astype(np.int64),
        retail=(np.round(wholesale[:, -1] * chance.uniform(1.1, 1.19, count) / 500) * 500).astype(np.int64),
        scarce_from=scarce_from,
        cap=chance.uniform(1.5, 9.0, count),
        supply=np.exp(chance.normal(0, 0.22, (count, weeks))),
        trend=np.exp(steps),
    )


def _spread_classes(rows: list[dict[str, str]], chance: np.random.Generator) -> Ints:
    """Price classes of the catalogue; where it gives none or is crowded in the first class, one is drawn."""
    known = np.array([_CLASSES.get(row["price_class"], 0) for row in rows])
    drawn = chance.choice([1, 2, 3, 4, 5], len(rows), p=[0.30, 0.28, 0.26, 0.11, 0.05])
    redrawn = (known == 0) | ((known == 1) & (chance.random(len(rows)) < 0.45))
    return np.where(redrawn, drawn, known)


def _price_changes(chance: np.random.Generator, count: int, weeks: int) -> Floats:
    factor = np.ones((count, weeks))
    changed = np.flatnonzero(chance.random(count) < _PRICE_CHANGES * weeks / 104)
    for product in changed:
        factor[product, int(chance.integers(weeks)) :] *= chance.uniform(0.93, 1.1)
    return factor


def _quotas(chance: np.random.Generator, rows: list[dict[str, str]], price_class: Ints, weeks: int) -> Ints:
    """About an eighth of the products are under quota, dear ones first; a few come under it within the window."""
    weight = np.array([3.0 if row["scarce"] == "true" else 1.0 for row in rows]) * np.where(price_class <= 2, 1.0, 0.12)
    wanted = int(len(rows) * chance.uniform(0.10, 0.14))
    chosen = chance.choice(len(rows), wanted, replace=False, p=weight / weight.sum())
    since = np.full(len(rows), weeks + 1)
    since[chosen] = 0
    later = chosen[: max(1, wanted // 7)]
    since[later] = chance.integers(weeks // 4, max(weeks // 4 + 1, weeks), len(later))
    return since


def product_rows(products: Products) -> dict[str, list[object]]:
    """The products table as of the import: the last prices, scarce if under quota in the last week."""
    last = products.wholesale.shape[1] - 1
    pack = [row["pack_barcode"] or with_check_digit("6902" + code[4:12]) for row, code in zip(
        products.rows, products.barcodes, strict=True)]  # fmt: skip
    return {
        "carton_barcode": list(products.barcodes),
        "pack_barcode": list(pack),
        "name": [row["name"] for row in products.rows],
        "brand": [row["brand"] for row in products.rows],
        "manufacturer": [row["manufacturer"] for row in products.rows],
        "price_class": products.price_class.tolist(),
        "wholesale_price": products.wholesale[:, last].tolist(),
        "retail_price": products.retail.tolist(),
        "scarce": (products.scarce_from <= last).tolist(),
    }
