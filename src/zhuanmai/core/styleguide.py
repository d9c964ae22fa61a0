"""What the style guide shows: made-up content for every part of the design system."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from zhuanmai.core import context
from zhuanmai.core.clock import now, today
from zhuanmai.core.goods import GoodsKind
from zhuanmai.core.left import Counted, Left
from zhuanmai.core.listing import order_of, page_of

_COLUMNS = ("no", "party", "cartons", "value", "due")


@dataclass(frozen=True)
class Unit:
    """A made-up unit."""

    name: str = "湖里区局一中队"


@dataclass(frozen=True)
class Officer:
    """A made-up officer who may see every page."""

    name: str = "甲"
    has_key: bool = True
    unit: Unit = field(default_factory=Unit)

    def may(self, _permission: str) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class Case:
    """A row of the sample list."""

    no: str
    party: str
    state: str
    level: str
    cartons: Decimal
    value: Decimal | None
    days_left: int
    due: dt.date


@dataclass(frozen=True)
class Line:
    """A line of the sample timeline."""

    at: dt.datetime
    actor: str
    sentence: str
    seq: int


@dataclass(frozen=True)
class Tab:
    """A tab above a page: its title, where it leads, how many things are there."""

    title: Any
    href: str
    count: int | None = None
    is_current: bool = False


class PlaceForm(forms.Form):
    """A sample form: one field with help, one wrong, one that may be empty."""

    address = forms.CharField(label=_("Place of storage"), help_text=_("As printed on the notice, to the room."))
    phone = forms.RegexField(
        r"^1\d{10}$", label=_("Phone"), error_messages={"invalid": "手机号应为 11 位，以 1 开头。"}
    )
    way = forms.ChoiceField(label=_("Way of keeping"), choices=[("", "—"), ("here", "就地保存"), ("away", "异地保存")])
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    sealed = forms.BooleanField(label=_("Sealed with strips"), required=False)


def sample(request: HttpRequest) -> dict[str, Any]:
    """The context of the style guide; visitors see it as a made-up officer does."""
    officer = getattr(request, "officer", None) or Officer()
    order = order_of(request, _COLUMNS, "due")
    return {
        "officer": officer,
        "rail": context.rail(officer, request.path),
        "order": order,
        "page_obj": page_of(request, _cases(order.name, order.down)),
        "form": PlaceForm({"address": "枋湖南路88号之103", "phone": "1390000", "way": "here"}),
        "kinds": GoodsKind.values,
        "lines": _lines(),
        "hour_ago": now() - dt.timedelta(minutes=64),
        "today": today(),
        "in_seven": Left(7, Counted.WORKING),
        "lefts": [Left(90), Left(2), Left(1), Left(0), Left(-2, Counted.WORKING), Left(5, Counted.HOURS)],
        "cartons": Decimal("1646.5"),
        "value": Decimal("203250"),
        "sticks": Decimal("99240"),
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {
        "in_progress": _("Registered in advance"),
        "decision": _("Decision on the goods"),
        "tabs_label": _("Parts of the case"),
        "tabs": [
            Tab(_("Facts"), "#facts"),
            Tab(_("Documents"), "#documents", 12, True),
            Tab(_("Items"), "#items", 43),
            Tab(_("Evidence"), "#evidence", 26),
            Tab(_("Procedure"), "#procedure"),
            Tab(_("Traces"), "#traces"),
        ],
        "chips": [
            (_("Registered in advance"), ""),
            (_("Waits for approval"), "warning"),
            (_("Filed"), "success"),
            (_("Overdue"), "danger"),
            (_("For information"), "info"),
            (_("Draft"), "quiet"),
        ],
        "headings": {
            "no": _("Number"),
            "party": _("Party"),
            "cartons": _("Quantity"),
            "value": _("Value"),
            "due": _("Due"),
        },
        "person": "叶铉森",
        "citizen_no": "350206197908170175",
        "empty_words": _("No inspection has been opened yet. It begins with a reason and a place."),
        "empty_act": _("Open inspection"),
        "progress_words": _("Sealing documents"),
        "progress_left": _("about 20 seconds left"),
        "article": {
            "title": "《中华人民共和国行政处罚法》第五十六条",
            "text": "在证据可能灭失或者以后难以取得的情况下，经行政机关负责人批准，可以先行登记保存，"
            "并应当在七日内及时作出处理决定。",
        },
    }


def _cases(name: str, down: bool) -> list[Case]:
    words = (
        ("先行登记保存", "info", 7),
        ("待审批", "warning", 2),
        ("已立案", "success", 21),
        ("处理超期", "danger", -1),
        ("检查中", "", 0),
    )
    people = ("叶**", "王**", "陈**", "林**", "黄**", "张**", "苏**", "许**")
    cases = []
    for number in range(1, 58):
        state, level, left = words[number % len(words)]
        count = Decimal(12 + number * 37 % 640) / (2 if number % 9 == 0 else 1)
        value = None if number % 11 == 0 else count * Decimal("185.40")
        due = today() + dt.timedelta(days=left + number % 4)
        party = f"{people[number % 8]}（湖里区顺和盛食杂店）" if number == 3 else people[number % 8]
        cases.append(Case(f"厦湖烟〔2026〕第{number}号", party, state, level, count, value, left, due))
    worth = {"value": lambda case: case.value or Decimal(-1)}
    return sorted(cases, key=worth.get(name, lambda case: getattr(case, name)), reverse=down)


def _lines() -> list[Line]:
    at = now().replace(microsecond=0)
    told = (
        ("甲", "清点完成，共 500 条"),
        ("戊", "口头批准先行登记保存，理由：当事人欲转移物品"),
        ("乙", "出示证件，开始检查"),
        ("", "受理投诉转办"),
    )
    return [
        Line(at - dt.timedelta(minutes=17 * place), actor, sentence, 1042 - place)
        for place, (actor, sentence) in enumerate(told)
    ]
