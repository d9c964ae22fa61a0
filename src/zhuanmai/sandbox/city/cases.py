"""Cases the bureau filed: from visits, from seized parcels, and cartons found elsewhere with their shop's code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zhuanmai.sandbox.city.arrays import Chance, stream
from zhuanmai.sandbox.city.effects import Effects
from zhuanmai.sandbox.city.identities import Registry
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.parcels import Contact, Parcel, Senders
from zhuanmai.sandbox.city.places import DISTRICTS
from zhuanmai.sandbox.city.products import Products
from zhuanmai.sandbox.city.shops import Shops
from zhuanmai.sandbox.city.slips import Slips
from zhuanmai.sandbox.city.unlicensed import Places

_CAUSE = {
    "outflow": "W04", "counterfeit": "R03", "front": "L01", "smuggled": "E01", "reopened": "R02", "minor_sales": "M01",
    "unlicensed": "R02", "": "R01",
}  # fmt: skip
_BY_POST, _BY_ROAD = "R06", "R04"
_GOODS = {"outflow": "diverted", "counterfeit": "counterfeit", "front": "diverted", "smuggled": "smuggled"}
_ROAD_A_WEEK = 1.1


@dataclass
class CaseFile:
    """Collects cases, their parties and their items."""

    parameters: Parameters
    shops: Shops
    places: Places
    products: Products
    senders: Senders
    registry: Registry
    cases: list[dict[str, Any]] = field(default_factory=list)
    parties: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    _per_year: dict[int, int] = field(default_factory=dict)

    def from_visit(self, chance: Chance, day: int, shop: int, place: int, kind: str) -> str:
        """The case of a visit that found something. Its number."""
        shops, slips = self.shops, Slips(self.parameters, chance)
        if shop >= 0:
            code, address = DISTRICTS[int(shops.district[shop])].code, str(shops.address[shop])
        else:
            code, address = self.places.district_code[place], self.places.address[place]
        at = shops.position[shop] if shop >= 0 else self.places.position[place]
        number = self._open(chance, day, _CAUSE[kind], code, address, at)
        if shop >= 0:
            self._party(number, "party", str(shops.holder[shop]), slips.masked(str(shops.holder_id[shop])),
                        slips.masked(str(shops.phone[shop])), str(shops.address[shop]),
                        licence=slips.optional(str(shops.licence[shop]), 1.5))  # fmt: skip
        else:
            self._party(number, "party", self.places.keeper[place], None, slips.masked(self.places.phone[place]),
                        self.places.address[place])  # fmt: skip
        if chance.random() < 0.4:
            pool = self.senders.dealers if kind in ("counterfeit", "smuggled", "unlicensed") else self.senders.anybody
            self._other(number, slips, "supplier", pool[(max(shop, place) * 7) % len(pool)])
        if kind != "minor_sales":
            for _ in range(int(chance.integers(1, 6))):
                cartons = int(np.clip(chance.lognormal(1.7, 1.0), 1, 300))
                goods = _GOODS.get(kind, "unlicensed")
                printed = goods == "diverted" and chance.random() < 0.5
                whose = int(chance.integers(shops.count))
                self._item(chance, number, goods, cartons, self._code(chance, day, whose) if printed else None)
        return number

    def from_parcel(self, chance: Chance, parcel: Parcel) -> None:
        """The case of a seized parcel: sender and receiver are its parties."""
        slips = Slips(self.parameters, chance)
        day = (parcel.row["shipped_on"] - self.parameters.start).days + int(chance.integers(1, 5))
        address = parcel.row["receiver_address"]
        district = DISTRICTS[int(self.shops.district[parcel.shop])].code if parcel.shop >= 0 \
            else self.places.district_code[parcel.place]  # fmt: skip
        number = self._open(chance, day, _BY_POST, district, address, None)
        self._other(number, slips, "supplier", parcel.other)
        row = parcel.row
        self._party(number, "party", row["receiver_name"], None, row["receiver_phone"], address)
        for _ in range(int(chance.integers(1, 4))):
            kind = "counterfeit" if chance.random() < 0.7 else "smuggled"
            self._item(chance, number, kind, int(chance.integers(2, 60)), None)

    def week_on_the_road(self, effects: Effects, week: int) -> None:
        """Lorries and back rooms in which cartons of several shops lie, some shops' by mere chance."""
        parameters, shops = self.parameters, self.shops
        chance = stream(parameters.seed, "road", week)
        forced = effects.force["found_elsewhere"]
        weight = forced + 0.00004 * shops.open_on(week * 7)
        for _ in range(chance.poisson(_ROAD_A_WEEK * np.clip(forced.sum() / 60, 0.05, 1.5))):
            first = int(chance.choice(shops.count, p=weight / weight.sum()))
            ring = next((spell.group for spell in effects.offending if spell.shop == first and spell.group >= 0), -1)
            mates = [
                spell.shop
                for spell in effects.offending
                if ring >= 0 and spell.group == ring and spell.shop != first and "found_elsewhere" in spell.traces
            ]
            named = [first, *[shop for shop in mates if chance.random() < 0.6]]
            if chance.random() < 0.5:
                named.append(int(chance.integers(shops.count)))  # bought by a guest and carried home
            self._road(chance, week * 7 + int(chance.integers(7)), named)

    def _road(self, chance: Chance, day: int, named: list[int]) -> None:
        slips = Slips(self.parameters, chance)
        district = DISTRICTS[int(chance.integers(len(DISTRICTS)))]
        at = np.round(np.array(district.centre) + np.array(district.reach) * chance.uniform(-0.8, 0.8, 2), 6)
        road = district.streets[int(chance.integers(len(district.streets)))]
        number = self._open(chance, day, _BY_ROAD, district.code, f"厦门市{district.name}{road}路口", at)
        carrier = self.senders.anybody[int(chance.integers(len(self.senders.anybody)))]
        self._other(number, slips, "carrier", carrier, plate=self.registry.account("vehicle"))
        for shop in named:
            for _ in range(int(chance.integers(1, 5))):
                code = self._code(chance, day, shop) if chance.random() < 0.6 else None
                self._item(chance, number, "diverted", int(chance.integers(1, 12)), code)

    def _open(self, chance: Chance, day: int, cause: str, district: str, address: str, at: Any) -> str:
        filed = self.parameters.start + dt.timedelta(days=day)
        serial = self._per_year.get(filed.year, 0) + 1
        self._per_year[filed.year] = serial
        number = f"厦烟立〔{filed.year}〕第{serial:04d}号"
        result = ("penalty", "transferred", "dismissed", "open")[int(chance.choice(4, p=[0.78, 0.06, 0.06, 0.10]))]
        row = {
            "case_no": number, "filed_on": filed, "cause_code": cause, "district_code": district, "address": address,
            "value": 0, "cartons": 0, "result": result,
        }  # fmt: skip
        if at is not None and chance.random() > self.parameters.missing:
            row |= {"longitude": float(at[0]), "latitude": float(at[1])}
        self.cases.append(row)
        return number

    def _party(
        self, number: str, role: str, name: str | None, id_no: str | None, phone: str | None, address: str | None, *,
        plate: str | None = None, licence: str | None = None,
    ) -> None:  # fmt: skip
        seq = sum(each["case_no"] == number for each in self.parties[-12:]) + 1
        self.parties.append(
            {"case_no": number, "seq": seq, "role": role, "name": name, "id_no": id_no, "phone": phone,
             "address": address, "plate_no": plate, "licence_no": licence}
        )  # fmt: skip

    def _other(self, number: str, slips: Slips, role: str, who: Contact, plate: str | None = None) -> None:
        self._party(number, role, slips.typed(who.name), None, slips.optional(slips.masked(who.phone)),
                    slips.optional(who.address), plate=plate)  # fmt: skip

    def _item(self, chance: Chance, number: str, kind: str, cartons: int, code: str | None) -> None:
        products = self.products
        weight = products.popularity * np.where(products.price_class <= 2, 2.0, 0.6)
        if kind == "smuggled" and products.foreign.any():
            weight = weight * np.where(products.foreign, 50.0, 0.05)
        elif kind == "diverted":
            weight = weight * np.where(products.scarce, 4.0, 0.4)
        product = int(chance.choice(products.count, p=weight / weight.sum()))
        seq = sum(each["case_no"] == number for each in self.items[-60:]) + 1
        self.items.append(
            {"case_no": number, "seq": seq, "carton_barcode": products.barcodes[product], "cartons": cartons,
             "kind": kind, "carton_code": code}
        )  # fmt: skip
        case = self.cases[-1]
        case["cartons"] += cartons
        case["value"] += cartons * int(products.retail[product])

    def _code(self, chance: Chance, day: int, shop: int) -> str:
        """The 32 characters printed on a carton that was delivered to this shop some days before."""
        sorted_on = self.parameters.start + dt.timedelta(days=day - int(chance.integers(3, 40)))
        serial = int(chance.integers(10**9))
        return (
            f"{sorted_on:%Y%m%d}"[3:] + f"{serial:09d}{int(chance.integers(1, 51)):02d}XMYC{self.shops.licence[shop]}"
        )
