"""The noise of real data: slips of the hand, masked numbers, addresses written another way, fields left empty."""

from __future__ import annotations

from zhuanmai.sandbox.city.arrays import Chance
from zhuanmai.sandbox.city.parameters import Parameters

_LOOKS_LIKE = {
    "0": "O", "1": "7", "5": "S", "8": "3", "中": "忠", "路": "陆", "林": "琳", "陈": "程", "明": "名", "湖": "胡",
    "集": "级", "福": "富", "源": "原", "兴": "新", "金": "今", "烟": "咽", "假": "加",
}  # fmt: skip
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


class Slips:
    """Spoils values as often as the city's parameters say, from one stream of chance."""

    def __init__(self, parameters: Parameters, chance: Chance) -> None:
        self._parameters = parameters
        self._chance = chance

    def typed(self, text: str) -> str:
        """A hand-written field: now and then a character is lost, doubled, swapped or mistaken."""
        if len(text) < 3 or self._chance.random() > self._parameters.typos:
            return text
        place = int(self._chance.integers(1, len(text) - 1))
        what = int(self._chance.integers(4))
        if what == 0:
            return text[:place] + text[place + 1 :]
        if what == 1:
            return text[:place] + text[place] + text[place:]
        if what == 2:
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        like = [at for at, sign in enumerate(text) if sign in _LOOKS_LIKE]
        if not like:
            return text
        place = like[int(self._chance.integers(len(like)))]
        return text[:place] + _LOOKS_LIKE[text[place]] + text[place + 1 :]

    def masked(self, number: str) -> str:
        """A personal number as another system shows it: its middle in stars, or in full."""
        if len(number) < 8 or self._chance.random() > self._parameters.masked:
            return number
        head, tail = (6, 4) if len(number) > 12 else (3, 4)
        return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]

    def optional(self, text: str | None, often: float = 1.0) -> str | None:
        """A field that may be left empty."""
        return None if not text or self._chance.random() < self._parameters.missing * often else text

    def address(self, text: str) -> str:
        """An address as somebody else writes it."""
        what = self._chance.random()
        if what < 0.30:
            text = text.removeprefix("厦门市")
        elif what < 0.42:
            text = text.removeprefix("厦门市")[3:]
        if what < 0.55:
            text = text.replace("号之", "-").replace("店面", "")
        elif what < 0.60:
            text = text.translate(_WIDE)
        elif what < 0.66:
            text = text.replace("之", "号之" if "号" not in text else "之") + "旁"
        elif what < 0.74:
            text = text.split("之")[0]
        return self.typed(text)
