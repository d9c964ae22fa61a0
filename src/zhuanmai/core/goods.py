"""Kinds of goods (涉案物品种类): what is the matter with them, in words that papers, pages and tablets share."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class GoodsKind(TextChoices):
    """What is the matter with the goods of a line; it can change after the test report."""

    COUNTERFEIT = "counterfeit", _("Counterfeit")
    SMUGGLED = "smuggled", _("Smuggled")
    DIVERTED = "diverted", _("Diverted genuine")
    UNLICENSED = "unlicensed", _("Genuine, no licence")
    TO_TEST = "to_test", _("To be tested")

    @property
    def zh(self) -> str:
        """The kind as papers print it, whatever language its reader has."""
        return _ZH[self]

    @property
    def letter(self) -> str:
        """The one character that stands for it where there is no room for words."""
        return _LETTERS[self]


_ZH = {
    GoodsKind.COUNTERFEIT: "假冒伪劣卷烟",
    GoodsKind.SMUGGLED: "走私烟",
    GoodsKind.DIVERTED: "非渠道真烟",
    GoodsKind.UNLICENSED: "无证经营的真烟",
    GoodsKind.TO_TEST: "待鉴别检验",
}
_LETTERS = {
    GoodsKind.COUNTERFEIT: "假",
    GoodsKind.SMUGGLED: "私",
    GoodsKind.DIVERTED: "非",
    GoodsKind.UNLICENSED: "证",
    GoodsKind.TO_TEST: "检",
}
