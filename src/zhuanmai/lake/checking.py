"""The rules of a table as one SQL expression a row: the first column that breaks one, and how; and each value typed."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from zhuanmai.core.errors import Refused
from zhuanmai.lake.schema import Column, Table, Type

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_TRUE = ("true", "1", "t", "yes", "y", "是")
_FALSE = ("false", "0", "f", "no", "n", "否")
_WHOLE = r"-?[0-9]{1,15}(\.0*)?"
_NUMBER = r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?"
_MONEY = r"-?[0-9]{1,11}(\.[0-9]{1,2}0*)?"
_ZONE = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"


def columns_of(table: Table, given: Iterable[str]) -> list[str]:
    """The file's columns that the table has not. Raises Refused (import_columns): no key, or a name twice."""
    names = list(given)
    missing = [name for name in table.key if name not in names]
    if missing:
        words = "、".join(missing)
        raise Refused("import_columns", f"缺少关键列 {words}，无法入库；请在表头补上后再导入。", "file")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise Refused("import_columns", f"表头中 {'、'.join(twice)} 出现两次；请只留一列后再导入。", "file")
    return [name for name in names if name not in table.names]


def problem_sql(table: Table, given: Iterable[str]) -> str:
    """SQL that is `column|reason` for a row (of text columns) that breaks a rule, NULL for a good one."""
    names = set(given)
    checks = [f"CASE {_cases(column)} END" for column in table.columns if column.name in names]
    return f"coalesce({', '.join(checks)})"


def value_sql(column: Column, given: Iterable[str]) -> str:
    """SQL of a column's value in its own type; NULL where the file has no such column."""
    if column.name not in set(given):
        return f"NULL::{column.sql_type}"
    return _typed(column)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _text(column: Column) -> str:
    return f"nullif(trim({quoted(column.name)}), '')"


def _typed(column: Column) -> str:
    text = _text(column)
    if column.type is Type.WHOLE:
        return f"TRY_CAST(TRY_CAST({text} AS DECIMAL(18,2)) AS BIGINT)"
    if column.type is Type.FLAG:
        return f"CASE WHEN {text} IS NOT NULL THEN lower({text}) IN {_listed(_TRUE)} END"
    if column.type is Type.DATE:
        return f"TRY_CAST({_day(text)} AS DATE)"
    if column.type is Type.TIME:
        moment = f"TRY_CAST({text} AS TIMESTAMP)"
        return f"CASE WHEN regexp_matches({text}, '[ T].*{_ZONE}') THEN {moment} + INTERVAL 8 HOUR ELSE {moment} END"
    if column.type is Type.LIST:
        parts = f"string_split_regex(trim({text}, '[] '), '[;；、|,，]')"
        return f"list_filter(list_transform({parts}, lambda part: trim(part, ' \"''')), lambda part: part <> '')"
    if column.type is Type.TEXT:
        return text
    return f"TRY_CAST({text} AS {column.sql_type})"


def _day(text: str) -> str:
    """A date's text without a midnight that some exports hang on."""
    return f"CASE WHEN length({text}) > 10 THEN regexp_replace({text}, '[ T]00:00(:00(\\.0+)?)?$', '') ELSE {text} END"


def _cases(column: Column) -> str:
    text = _text(column)
    broken = [(f"{text} IS NULL", "missing" if column.key else "")]
    broken += [(condition, reason) for condition, reason in _rules(column, text)]
    return " ".join(
        f"WHEN {condition} THEN " + (f"'{column.name}|{reason}'" if reason else "NULL") for condition, reason in broken
    )


def _rules(column: Column, text: str) -> Iterable[tuple[str, str]]:
    value = _typed(column)
    if column.length:
        yield f"length({text}) <> {column.length}", "length"
    if column.digits:
        yield f"NOT regexp_full_match({text}, '[0-9]+')", "digits"
    if column.ean13:
        yield _wrong_check_digit(text), "check_digit"
    if column.choices:
        yield f"{text} NOT IN {_listed(column.choices)}", "not_listed"
    if column.type is Type.FLAG:
        yield f"lower({text}) NOT IN {_listed(_TRUE + _FALSE)}", "not_flag"
    if column.type is Type.DATE:
        yield f"length({_day(text)}) <> 10 OR {value} IS NULL", "not_date"
        yield f"year({value}) NOT BETWEEN {_FIRST_YEAR} AND {_LAST_YEAR}", "year"
    if column.monday:
        yield f"isodow({value}) <> 1", "not_monday"
    if column.type is Type.TIME:
        yield f"NOT regexp_full_match({text}, '{_TIME}') OR {value} IS NULL", "not_time"
        yield f"year({value}) NOT BETWEEN {_FIRST_YEAR} AND {_LAST_YEAR}", "year"
    yield from _number_rules(column, text, value)


def _number_rules(column: Column, text: str, value: str) -> Iterable[tuple[str, str]]:
    pattern, reason = {
        Type.WHOLE: (_WHOLE, "not_whole"),
        Type.NUMBER: (_NUMBER, "not_number"),
        Type.MONEY: (_MONEY, "not_money"),
    }.get(column.type, ("", ""))
    if not pattern:
        return
    yield f"NOT regexp_full_match({text}, '{pattern}') OR {value} IS NULL", reason
    outside = [f"{value} < {column.low}"] if column.low is not None else []
    if column.high is not None:
        outside.append(f"{value} > {column.high}")
    if outside:
        nonnegative = column.low == 0 and column.high is None
        yield (
            " OR ".join(outside),
            "coordinates" if column.coordinate else "negative" if nonnegative else "out_of_range",
        )


def _wrong_check_digit(text: str) -> str:
    """EAN-13: digits weigh 1 and 3 in turn; the whole sum is a multiple of ten."""
    number = f"TRY_CAST({text} AS BIGINT)"
    weighed = " + ".join(f"{3 if place % 2 else 1} * (({number} // {10**place}) % 10)" for place in range(13))
    return f"({weighed}) % 10 <> 0"


def _listed(values: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def reason_words(reason: str, *, column: Column | None, value: str = "") -> str:
    """Why a row was put aside and what to do, in the reader's language."""
    facts = {
        "length": column.length if column else 0,
        "low": column.low if column else "",
        "high": column.high if column else "",
        "choices": "、".join(column.choices) if column else "",
        "value": value,
        "digit": _check_digit(value),
        "first": _FIRST_YEAR,
        "last": _LAST_YEAR,
    }
    return _sentence(reason) % facts


def _check_digit(value: str) -> str:
    digits = value.strip()
    if len(digits) != 13 or not (digits.isascii() and digits.isdigit()):
        return ""
    return str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12])) % 10)


def _sentence(reason: str) -> str:
    return {
        "missing": _("This column is part of the key and must not be empty. Fill it in."),
        "length": _("Must be %(length)s characters long. Check for a lost or added one."),
        "digits": _("Must be digits only. Check for letters, blanks or a spreadsheet's scientific notation."),
        "check_digit": _(
            "The check digit should be %(digit)s: a digit is misread or two are swapped. Check the goods."
        ),
        "not_listed": _("Not a known value. Use one of: %(choices)s."),
        "not_flag": _("Must be true or false."),
        "not_date": _("Not a date as 2018-04-03 (year-month-day), or no such day."),
        "not_time": _("Not a time as 2018-04-03 09:12:00, or no such day."),
        "not_monday": _("A week is named by its Monday; this day is none."),
        "not_whole": _("Must be a whole number."),
        "not_number": _("Must be a number."),
        "not_money": _("Must be an amount in yuan with at most two decimals."),
        "negative": _("Must not be negative."),
        "out_of_range": _("Must lie between %(low)s and %(high)s."),
        "year": _("The year must lie between %(first)s and %(last)s."),
        "coordinates": _(
            "Must lie between %(low)s and %(high)s degrees. Check whether longitude and latitude are swapped."
        ),
        "too_many": _("More values than columns. Put a value that contains a comma in double quotes."),
        "too_few": _("Fewer values than columns. Check for a lost comma or a line break inside a value."),
        "quote": _("A double quote is opened and never closed."),
        "encoding": _("Not UTF-8. Save the file as “CSV UTF-8”, or type the row anew."),
        "repeated": _("The same key stands in a later line with other values; the later line went in."),
        "unknown_column": _("The table has no such column; its values were not taken in. The rows are in."),
    }[reason]
