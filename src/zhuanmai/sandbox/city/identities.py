"""Made-up people, numbers and names: well formed, of nobody in particular, unique where they must be."""

from __future__ import annotations

import datetime as dt

from stdnum import ean
from stdnum.cn import ric, uscc

from zhuanmai.sandbox.city.arrays import Chance

_SURNAMES = "陈陈陈陈林林林林黄黄黄张张王王李李吴吴刘蔡蔡杨许许郑郑谢洪洪郭叶叶邱曾庄苏赖廖江何徐周高沈施柯卢魏余潘方"
_GIVEN = (
    "建志明伟国文丽美淑惠秀金玉春华荣福德强辉龙凤雅芳燕琴娟红梅兰菊英杰峰军勇斌涛鹏飞超亮宏达祥瑞安顺和平海山水清松柏"
)
_SHOP_WORDS = (
    "顺和", "百味", "永辉源", "鑫隆", "好又来", "惠民", "金桥", "万福", "福满", "兴旺", "益民", "家家乐",
    "天天", "东升", "鹭岛", "海滨", "新世纪", "吉祥", "如意", "泰和", "永盛", "广源", "恒昌", "华联",
    "嘉美", "宏图", "聚源", "德兴", "阿里山", "小陈", "阿美", "联发", "中闽", "鼎盛", "茂源", "旺角",
    "鹭江", "丰泽", "佳佳", "满意",
)  # fmt: skip
_ORIGINS = (
    "350203",
    "350206",
    "350205",
    "350211",
    "350212",
    "350213",
    "350521",
    "350524",
    "350681",
    "350823",
    "360781",
)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Registry:
    """Hands out names and numbers from one stream; numbers never twice."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._taken: set[str] = set()

    def _pick(self, words: str | tuple[str, ...]) -> str:
        return words[int(self._chance.integers(len(words)))]

    def _digits(self, count: int) -> str:
        return str(int(self._chance.integers(10**count))).zfill(count)

    def _new(self, text: str) -> bool:
        if text in self._taken:
            return False
        self._taken.add(text)
        return True

    def surname(self) -> str:
        """A family name, as often as in the region."""
        return self._pick(_SURNAMES)

    def person(self, surname: str = "") -> str:
        """A person's name; many people share one."""
        given = self._pick(_GIVEN) + (self._pick(_GIVEN) if self._chance.random() < 0.8 else "")
        return (surname or self.surname()) + given

    def citizen_id(self) -> str:
        """A citizen's number of 18 characters with a right check digit."""
        while True:
            born = dt.date(1955, 1, 1) + dt.timedelta(days=int(self._chance.integers(17500)))
            body = f"{self._pick(_ORIGINS)}{born:%Y%m%d}{self._digits(3)}"
            number = body + str(ric.calc_check_digit(body + "0"))
            if self._new(number):
                return number

    def company(self, district_code: str) -> str:
        """A unified social credit code with a right check digit."""
        body = f"92{district_code}MA" + "".join(self._pick(_ALPHABET) for _ in range(7))
        return body + str(uscc.calc_check_digit(body))

    def licence(self, district_code: str, company: bool) -> str:
        """A retail licence number: district, kind of holder, serial."""
        while True:
            number = f"{district_code}{2 if company else 1}{int(self._chance.integers(10000, 100000)):05d}"
            if self._new(number):
                return number

    def phone(self) -> str:
        """A mobile number with a fixed middle, of nobody in particular."""
        while True:
            number = f"1{self._pick('35')}{self._pick('39')}00{self._digits(6)}"
            if self._new(number):
                return number

    def account(self, kind: str) -> str:
        """What an order is placed, paid or fetched with."""
        while True:
            if kind == "phone":
                return self.phone()
            if kind == "pay_account":
                value = "6217" + self._digits(8) + self._digits(4)
            elif kind == "device":
                value = "86" + self._digits(8) + self._digits(5)
            else:
                value = "闽D" + self._pick("0123456789ABCDEFGH") + self._digits(3) + self._pick("0123456789KLMN")
            if self._new(value):
                return value

    def shop_name(self, district: str, business: str) -> str:
        """A shop's sign; several shops have the same."""
        middle = self._pick(_GIVEN) if self._chance.random() < 0.5 else ""
        return f"{district}{self._pick(_SHOP_WORDS)}{middle}{business}"


def with_check_digit(twelve: str) -> str:
    """An EAN-13 from its first twelve digits."""
    return twelve + str(ean.calc_check_digit(twelve))
