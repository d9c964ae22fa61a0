"""The people of the demonstration: names are characters or generated and marked 演示; nobody of them exists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from zhuanmai.accounts.models import Unit, UnitKind
from zhuanmai.core.ids import derived_id

DEMO_PASSWORD = "zhuanmai-demo"  # noqa: S105 - printed by `make demo`; passwords are refused in production
CITY = ("350200", "厦门市", "厦烟")
DISTRICTS = (
    ("350203", "思明区", "厦思烟"),
    ("350206", "湖里区", "厦湖烟"),
    ("350211", "集美区", "厦集烟"),
    ("350212", "同安区", "厦同烟"),
    ("350205", "海沧区", "厦海烟"),
    ("350213", "翔安区", "厦翔烟"),
)
SQUADS = "一二三"
DEMO_ACCOUNTS = (
    ("jia", "甲　执法人员（湖里区一中队）"),
    ("yi", "乙　执法人员（湖里区一中队）"),
    ("bing", "丙　承办部门负责人（湖里区局）"),
    ("ding", "丁　法制部门负责人（湖里区局）"),
    ("wu", "戊　局负责人（湖里区局）"),
    ("ji", "己　核价人（湖里区局）"),
    ("analyst", "分析员（市局）"),
    ("auditor", "审计员"),
    ("editor", "标准库维护员"),
    ("admin", "系统管理员"),
    ("security", "安全管理员"),
)
_STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
_CERTIFIED = dt.date(2029, 12, 31)


@dataclass(frozen=True)
class Person:
    """Someone to seed: account, name, unit, roles with the units they hold for, certificate."""

    username: str
    name: str
    unit_code: str
    roles: tuple[tuple[str, str], ...]
    certificate_no: str = ""

    @property
    def certificate_valid_to(self) -> dt.date | None:
        """The end of the certificate's validity."""
        return _CERTIFIED if self.certificate_no else None


def units() -> list[Unit]:
    """City bureau, district bureaus, and three squads each."""
    city = Unit(
        id=derived_id("unit", CITY[0]), code=CITY[0], name=f"{CITY[1]}烟草专卖局", kind=UnitKind.CITY_BUREAU,
        abbreviation=CITY[2], district_code=CITY[0],
    )  # fmt: skip
    made = [city]
    for code, name, abbreviation in DISTRICTS:
        bureau = Unit(
            id=derived_id("unit", code), code=code, name=f"{CITY[1]}{name}烟草专卖局", parent=city,
            kind=UnitKind.DISTRICT_BUREAU, abbreviation=abbreviation, district_code=code,
            address=f"{CITY[1]}{name}（演示）", phone="0592-5000000",
        )  # fmt: skip
        made.append(bureau)
        for number, numeral in enumerate(SQUADS, 1):
            made.append(
                Unit(
                    id=derived_id("unit", f"{code}-{number}"),
                    code=f"{code}-{number}",
                    name=f"{name}稽查{numeral}中队",
                    parent=bureau,
                    kind=UnitKind.SQUAD,
                    district_code=code,
                )
            )
    return made


def people() -> list[Person]:
    """About 120 people: the named ones of 湖里区, heads of every bureau, six to a squad, and the administrators."""
    found = [
        Person("jia", "甲", "350206-1", (("officer", "350206-1"), ("squad_leader", "350206-1")), "35020610001"),
        Person("yi", "乙", "350206-1", (("officer", "350206-1"),), "35020610002"),
        Person("bing", "丙", "350206", (("department_head", "350206"),), "35020610003"),
        Person("ding", "丁", "350206", (("legal_head", "350206"), ("legal_reviewer", "350206"))),
        Person("wu", "戊", "350206", (("bureau_head", "350206"),)),
        Person("ji", "己", "350206", (("valuer", "350206"),)),
        Person("auditor", "庚（演示）", "350200", (("auditor", "350200"),)),
        Person("editor", "辛（演示）", "350200", (("reference_editor", "350200"),)),
        Person("admin", "壬（演示）", "350200", (("system_admin", "350200"),)),
        Person("security", "癸（演示）", "350200", (("security_admin", "350200"),)),
        Person("security2", "子（演示）", "350200", (("security_admin", "350200"),)),
        Person("analyst", "丑（演示）", "350200", (("analyst", "350200"),)),
        Person("clerk", "寅（演示）", "350206", (("certificate_clerk", "350206"),)),
        Person("city-head", "卯（演示）", "350200", (("bureau_head", "350200"),)),
    ]
    for code, name, _ in DISTRICTS:
        if code != "350206":
            for role, words in (
                ("department_head", "承办"),
                ("legal_head", "法制"),
                ("bureau_head", "局长"),
                ("valuer", "核价"),
            ):
                found.append(Person(f"{role}-{code}", f"{name[:2]}{words}（演示）", code, ((role, code),)))
        found += _squads(code, name)
    return found


def _squads(code: str, name: str) -> list[Person]:
    made = []
    for number in range(1, len(SQUADS) + 1):
        squad = f"{code}-{number}"
        start = 2 if squad == "350206-1" else 0
        for place in range(start, 5):
            roles = [("officer", squad)] + ([("squad_leader", squad)] if place == 0 else [])
            stem = _STEMS[(number * 5 + place) % len(_STEMS)]
            certificate = f"{code}{number}{place + 1:04d}" if squad != "350206-1" else f"{code}19{place + 1:03d}"
            made.append(Person(f"o{code}{number}{place}", f"{name[0]}{stem}（演示）", squad, tuple(roles), certificate))
    return made
