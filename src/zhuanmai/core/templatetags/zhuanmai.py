"""Tags and filters of every page: built assets, icons, numbers with their units, dates, masked personal data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhuanmai.core import assets, ports
from zhuanmai.core.clock import now, to_local
from zhuanmai.core.errors import NotFound
from zhuanmai.core.goods import GoodsKind
from zhuanmai.core.left import Left
from zhuanmai.core.listing import Column
from zhuanmai.core.masking import masked_id, masked_name, masked_numbers, masked_phone
from zhuanmai.core.units import Unit, money, plain

register = template.Library()


@register.simple_tag
def asset(name: str, plain_without: bool = False) -> SafeString:
    """The style sheets and the module script of a built entry.

    `plain_without`: the page goes without them where nothing was built yet, instead of raising NotFound.
    """
    try:
        found = assets.entry(name)
    except NotFound:
        if plain_without:
            return SafeString("<!-- zhuanmai build -->")
        raise
    styles = [("stylesheet", _built(path)) for path in found.styles]
    preloads = [("modulepreload", _built(path)) for path in found.preloads]
    links = format_html_join("", '<link rel="{}" href="{}">', styles + preloads)
    return links + format_html('<script type="module" src="{}"></script>', _built(found.script))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; with a label it is read out, without one it is decoration."""
    reading = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon" width="18" height="18" {}><use href="{}#{}"></use></svg>', reading, _sprite(), name
    )


@register.filter
def yuan(amount: Any) -> str:
    """¥203,250.00; a dash for nothing."""
    number = _number(amount)
    return "—" if number is None else f"¥{money(number)}"


@register.filter
def amount(number: Any) -> str:
    """1,646.5: thousands separators, no trailing zeros; a dash for nothing."""
    found = _number(number)
    if found is None:
        return "—"
    whole, _, rest = plain(found).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


@register.filter
def percent(share: float | None) -> str:
    """0.704 as 70 %; a dash for nothing."""
    return "—" if share is None else f"{share * 100:.0f}%"


@register.filter
def unlocalised(number: float) -> str:
    """A number as SVG and attributes take it."""
    return f"{number:g}"


@register.filter
def cartons(number: Any) -> str:
    """1,646.5 条, as bureaus count cigarettes."""
    return _with_unit(number, Unit.CARTON)


@register.filter
def sticks(number: Any) -> str:
    """99,240 支."""
    return _with_unit(number, Unit.STICK)


@register.filter
def day(moment: dt.date | dt.datetime | None) -> str:
    """2026-11-23, as read in the bureau."""
    if moment is None:
        return "—"
    return (to_local(moment) if isinstance(moment, dt.datetime) else moment).strftime("%Y-%m-%d")


@register.filter
def spoken(words: Any) -> str:
    """Words that the code keeps in Chinese, in the reader's language, by the rooms' English catalogues (locale/en)."""
    return gettext(str(words)) if words else ""


@register.filter
def minute(moment: dt.datetime | None) -> str:
    """2026-11-23 09:12, as read in the bureau."""
    return "—" if moment is None else to_local(moment).strftime("%Y-%m-%d %H:%M")


@register.filter
def clock_time(moment: dt.datetime | None) -> str:
    """09:12, as read in the bureau."""
    return "—" if moment is None else to_local(moment).strftime("%H:%M")


@register.simple_tag
def ago(moment: dt.datetime | None) -> str:
    """The moment as so long ago (kept fresh by the shell), in full on hover: 3 分钟前."""
    if moment is None:
        return "—"
    seconds = (moment - now()).total_seconds()
    words = gettext("just now")
    for size, past, future in _SPANS:
        if abs(seconds) >= size:
            count = int(abs(seconds) // size)
            words = (past if seconds < 0 else future) % {"n": count}
            break
    return format_html(
        '<time data-relative datetime="{}" title="{}">{}</time>', moment.isoformat(), minute(moment), words
    )


_SPANS = (
    (86400, _("%(n)d days ago"), _("in %(n)d days")),
    (3600, _("%(n)d hours ago"), _("in %(n)d hours")),
    (60, _("%(n)d minutes ago"), _("in %(n)d minutes")),
)


register.filter("masked_name", masked_name)
register.filter("masked_id", masked_id)
register.filter("masked_phone", masked_phone)
register.filter("masked_numbers", masked_numbers)


@register.filter
def kind_letter(kind: str) -> str:
    """The fixed letter of a kind of goods: 假 私 非 证 检."""
    return GoodsKind(kind).letter if kind in GoodsKind.values else "?"


@register.filter
def kind_words(kind: str) -> str:
    """A kind of goods in words."""
    return str(GoodsKind(kind).label) if kind in GoodsKind.values else ""


@register.filter
def may(officer: Any, permission: str) -> bool:
    """Whether the officer may do what the permission names."""
    return bool(officer and officer.may(permission))


@register.filter
def unit_words(unit: str) -> str:
    """A unit of measure as printed: 条, 支, 公斤."""
    return Unit(unit).zh if unit in set(Unit) else unit


_SIGNERS = {
    "officer": _("officer"),
    "server": _("officer who serves"),
    "party": _("party"),
    "inspected_party": _("party"),
    "questioned": _("party"),
    "receiver": _("receiver"),
    "provider": _("provider"),
    "witness": _("witness"),
    "valuer": _("valuer"),
    "department_head": _("department head"),
    "legal_head": _("legal head"),
    "bureau_head": _("bureau head"),
}


@register.filter
def signer_words(role: str) -> str:
    """The role of a signer in words."""
    return str(_SIGNERS.get(role, role))


_APPROVALS = {
    "upcoming": _("Upcoming"),
    "waiting": _("Waiting for approval"),
    "approved": _("agreed"),
    "refused": _("not agreed"),
    "returned": _("Returned"),
    "void": _("Fell away"),
}


@register.filter
def approval_words(state: str) -> str:
    """The state of an approval in words."""
    return str(_APPROVALS.get(state, state))


_LEVEL_ICONS = {
    "danger": "alert-circle",
    "warning": "alert-triangle",
    "success": "circle-check",
    "info": "info-circle",
    "quiet": "",
    "": "",
}


@register.simple_tag
def chip(words: Any, level: str = "", icon_name: str = "") -> SafeString:
    """A state in words. `level`: danger, warning, success, info, quiet; an icon says it too, not colour alone."""
    picture = icon_name or _LEVEL_ICONS[level]
    return format_html(
        '<span class="zm-chip{}">{}{}</span>',
        f" zm-chip-{level}" if level else "",
        icon(picture) if picture else "",
        words,
    )


@register.simple_tag
def left(found: Left | None = None, words: str = "", level: str = "", what: str = "", due: str = "") -> SafeString:
    """What is left of a term, coloured by urgency: 剩 7 个工作日. `words`, `level`: as a state tells them already.

    With `what` and `due` for heads of pages: 处理决定 · 剩 7 个工作日 (12-02); the whole of it on hover.
    """
    words, level = (found.words(), found.level) if found else (words, level)
    picture = icon("alert-circle" if level == "danger" else "clock")
    if not what:
        return format_html('<span class="zm-chip zm-chip-{}">{}{}</span>', level, picture, words)
    chip = '<span class="zm-chip zm-chip-{} zm-chip-term" title="{}">{}<span class="zm-cut">{}</span> · {}</span>'
    return format_html(chip, level, f"{what} · {words} ({due})", picture, what, words)


@register.filter
def level(message: Any) -> str:
    """The level of one of Django's messages, in the shell's four words."""
    name = str(message.level_tag)
    return {"error": "danger", "debug": "info"}.get(name, name)


@register.filter
def marked(words: str, part: str) -> SafeString:
    """Words with the part that was asked for in <mark>, however its letters are written."""
    at = str(words).lower().find(part.lower()) if part else -1
    if at < 0:
        return format_html("{}", words)
    upto = at + len(part)
    return format_html("{}<mark>{}</mark>{}", words[:at], words[at:upto], words[upto:])


@register.simple_tag(takes_context=True)
def saved_views(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The officer's saved views of this list (bound by accounts): name, href, is_current."""
    request, officer = context["request"], context.get("officer")
    if not getattr(officer, "pk", None):
        return []
    here = _without_page(request.GET.urlencode())
    return [
        {
            "name": view["name"],
            "href": f"{request.path}?{view['query']}",
            "is_current": _without_page(view["query"]) == here,
        }
        for view in ports.get(ports.SavedViews).views_of(officer, request.path)  # type: ignore[type-abstract]
    ]


def _without_page(query: str) -> list[tuple[str, str]]:
    return sorted(pair for pair in parse_qsl(query) if pair[0] != "page")


@register.simple_tag(takes_context=True)
def sort_header(
    context: dict[str, Any], name: str, words: Any, number: bool = False, hide_phone: bool = False
) -> SafeString:
    """The heading of a sortable column; needs `order` (core.listing.Order) in the context."""
    order = context["order"]
    is_here = order.name == name
    target = f"-{name}" if is_here and not order.down else name
    direction = ("descending" if order.down else "ascending") if is_here else ""
    return format_html(
        '<th scope="col"{}{}><a class="zm-sort" href="{}">{}{}</a></th>',
        _classes(("zm-number", number), ("zm-hide-phone", hide_phone)),
        format_html(' aria-sort="{}"', direction) if is_here else "",
        query(context, sort=target, page=None),
        words,
        icon({"ascending": "arrow-up", "descending": "arrow-down", "": "arrows-sort"}[direction]),
    )


@register.simple_tag
def cell_class(column: Column) -> SafeString:
    """How a cell of a column stands: numbers right, codes in one width, some not on a phone."""
    return _classes(
        ("zm-number", column.number),
        ("zm-nowrap", column.nowrap),
        ("font-monospace", column.code),
        ("zm-hide-phone", column.hide_phone),
    )


@register.simple_tag
def cell(column: Column, value: Any) -> Any:
    """A cell in words: days and minutes as the bureau reads them, amounts with their thousands, a dash for nothing."""
    if isinstance(value, dt.datetime):
        return minute(value)
    if isinstance(value, dt.date):
        return day(value)
    if column.number:
        return amount(value)
    return "—" if value in (None, "") else value


def _classes(*named: tuple[str, bool]) -> SafeString:
    names = " ".join(name for name, holds in named if holds)
    return format_html(' class="{}"', names) if names else SafeString("")


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed (None removes one)."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    text = parameters.urlencode()
    return f"?{text}" if text else "?"


def _sprite() -> str:
    return _built(assets.sprite())


def _built(path: str) -> str:
    return static(assets.PREFIX + path) if path else ""


def _with_unit(number: Any, unit: Unit) -> str:
    text = amount(number)
    return text if text == "—" else f"{text} {unit.zh}"


def _number(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None
