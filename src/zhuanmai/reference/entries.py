"""This room's kinds of ledger entries, and the tables whose rows the ledger vouches for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from zhuanmai.ledger.registry import register, register_table, say
from zhuanmai.reference.models import (
    Barcode,
    CalendarYear,
    Cause,
    DeadlineTerm,
    GoodsPrice,
    HearingThreshold,
    Price,
    PriceCatalogue,
    Product,
    WorkingDayOverride,
)
from zhuanmai.reference.shipped import term_columns

for _model in (
    Product, Barcode, PriceCatalogue, Price, Cause, DeadlineTerm, WorkingDayOverride, CalendarYear, HearingThreshold,
    GoodsPrice,
):  # fmt: skip
    register_table(_model)

say({
    "Product": "品规", "Barcode": "条码", "PriceCatalogue": "价格目录", "Price": "价格",
    "Statute": "法律法规", "Article": "条文", "Cause": "案由", "DeadlineTerm": "期限",
    "GoodsPrice": "涉案价格", "District": "区划",
})  # fmt: skip


def _spoken(zh: str, english: str) -> str:
    return english if get_language() == "en" and english else zh


_in_words: Callable[[str, str], Any] = lazy(_spoken, str)
for _term in term_columns():  # by its code, and by what an entry keeps of it
    _words = _in_words(_term["what"], _term["what_english"])
    say({_term["code"]: _words, _term["what"][:80]: _words})
register("reference.loaded", sentence="载入随版本发布的标准数据：{counts}", fields=("counts",))
register(
    "reference.catalogue_imported",
    sentence="导入价格目录《{title}》（{region}，{valid_from} 起）：{counts}；文件摘要 {file_sha256}",
    fields=("title", "region", "valid_from", "counts", "file_sha256"),
)
register(
    "reference.price_changed",
    sentence="调整价格：{name}，{valid_from} 起 {old} → {new}；依据：{source}",
    fields=("name", "valid_from", "old", "new", "source"),
)
register("reference.product_changed", sentence="修改品规 {name}：{changes}", fields=("name", "changes"))
register(
    "reference.barcode_added",
    sentence="登记条码 {code}（{level}）给 {name}",
    fields=("code", "level", "name"),
)
register(
    "reference.cause_changed",
    sentence="修改案由 {code} {name}，{valid_from} 起：{changes}；依据：{source}",
    fields=("code", "name", "valid_from", "changes", "source"),
)
register(
    "reference.hearing_set",
    sentence="设定{unit}听证标准（{party}），{valid_from} 起：罚款 {fine}，没收 {confiscation}；依据：{source}",
    fields=("unit", "party", "fine", "confiscation", "valid_from", "source"),
)
register(
    "reference.goods_price_set",
    sentence="设定{goods}计价，{valid_from} 起：{price}；依据：{source}",
    fields=("goods", "price", "valid_from", "source"),
)
register("reference.term_changed", sentence="修改期限 {code}：{changes}", fields=("code", "changes"))
register(
    "reference.day_set",
    sentence="工作日历：{day} 定为{what}；依据：{source}",
    fields=("day", "what", "source"),
)
register(
    "reference.year_entered",
    sentence="录入 {year} 年放假安排：{days} 天；依据：{source}",
    fields=("year", "days", "source"),
)
register(
    "reference.register_imported",
    sentence="零售户登记簿导入 {rows} 户，新增或变化 {changed} 户，退回 {refused} 行；完整截至：{complete}",
    fields=("rows", "changed", "refused", "complete"),
)
register("reference.searched", sentence="按个人号码查找零售户，找到 {count} 户", fields=("count",), personal=("words",))
register(
    "reference.licensee_seen",
    sentence="查看零售户 {licence_no} 的完整信息，理由：{reason}；查询：{query}",
    fields=("licence_no", "reason"),
    personal=("query",),
)
