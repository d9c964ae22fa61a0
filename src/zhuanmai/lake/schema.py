"""The tables that other systems hand over: columns, types, keys, rules, and from which day a row is known. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_noop as _


class Type(StrEnum):
    """What a column holds. Times are Asia/Shanghai without a zone, money is CNY with two decimals."""

    TEXT = "text"
    LIST = "list"
    WHOLE = "whole"
    NUMBER = "number"
    MONEY = "money"
    FLAG = "flag"
    DATE = "date"
    TIME = "time"


class Personal(StrEnum):
    """Which kind of personal data a column holds; masked until someone with a reason unmasks it."""

    NO = ""
    NAME = "name"
    NUMBER = "number"
    PHONE = "phone"
    PLACE = "place"
    TEXT = "text"


# DuckDB's type of each; Ibis reads the same from the Parquet files on every engine.
SQL_TYPES = {
    Type.TEXT: "VARCHAR",
    Type.LIST: "VARCHAR[]",
    Type.WHOLE: "BIGINT",
    Type.NUMBER: "DOUBLE",
    Type.MONEY: "DECIMAL(14,2)",
    Type.FLAG: "BOOLEAN",
    Type.DATE: "DATE",
    Type.TIME: "TIMESTAMP",
}


@dataclass(frozen=True)
class Column:
    """One column and its rules; an empty value means unknown and is refused only in a key.

    `last_state`: the value is as of the import, so that a replay must not see it.
    """

    name: str
    type: Type = Type.TEXT
    key: bool = False
    length: int = 0
    digits: bool = False
    ean13: bool = False
    monday: bool = False
    coordinate: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[str, ...] = ()
    personal: Personal = Personal.NO
    last_state: bool = False

    @property
    def sql_type(self) -> str:
        """The column's type in DuckDB."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, and what dates its rows.

    `dated`: the date or time by whose month the files are parted (none: one part). `known_from`: the columns whose
    first value that is not empty is the day from which a row is known; `of`: (parent, column) whose row dates this one.
    `replaced_by`: the columns whose whole group an import replaces (default: the key, row by row).
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    dated: str = ""
    known_from: tuple[str, ...] = ()
    of: tuple[str, str] | None = None
    replaced_by: tuple[str, ...] = ()
    optional: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the key's columns."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def personal(self) -> tuple[Column, ...]:
        """The columns that hold personal data."""
        return tuple(column for column in self.columns if column.personal)

    def column(self, name: str) -> Column:
        """The column with this name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


ZERO = Decimal(0)
BUSINESS_TYPES = ("grocery", "convenience", "supermarket", "mall", "tobacco_liquor", "hospitality", "other")
LOCATION_TYPES = ("residential", "commercial", "scenic", "school", "rural", "transport")
STATUSES = ("valid", "suspended", "closed", "revoked")
ACCOUNT_KINDS = ("phone", "pay_account", "device", "vehicle")
CATEGORIES = ("counterfeit", "unlicensed", "smuggled", "price", "minor", "service", "other")
REASONS = ("random", "routine", "alert", "complaint", "special")
OUTCOMES = ("clear", "minor", "case", "closed_door", "wrong_address")
RESULTS = ("penalty", "transferred", "dismissed", "open")
ROLES = ("party", "supplier", "carrier", "buyer", "witness")
KINDS = ("counterfeit", "smuggled", "diverted", "unlicensed")


def _barcode(*, key: bool = False) -> Column:
    return Column("carton_barcode", key=key, length=13, digits=True, ean13=True)


def _licence(*, key: bool = False) -> Column:
    return Column("licence_no", key=key, length=12, digits=True)


def _district() -> Column:
    return Column("district_code", length=6, digits=True)


def _date(name: str, *, key: bool = False, last_state: bool = False) -> Column:
    return Column(name, Type.DATE, key=key, last_state=last_state)


def _choice(name: str, choices: tuple[str, ...], *, key: bool = False, last_state: bool = False) -> Column:
    return Column(name, choices=choices, key=key, last_state=last_state)


def _money(name: str) -> Column:
    return Column(name, Type.MONEY, low=ZERO)


def _amount(name: str, type_: Type = Type.NUMBER, *, key: bool = False) -> Column:
    return Column(name, type_, key=key, low=ZERO)


def _person(name: str, personal: Personal, length: int = 0) -> Column:
    return Column(name, personal=personal, length=length)


_PLACE = (
    Column("longitude", Type.NUMBER, low=Decimal(-180), high=Decimal(180), coordinate=True),
    Column("latitude", Type.NUMBER, low=Decimal(-90), high=Decimal(90), coordinate=True),
)

_ALL = (
    Table(
        "products",
        _("Products"),
        (
            _barcode(key=True), Column("pack_barcode"), Column("name"), Column("brand"), Column("manufacturer"),
            Column("price_class", Type.WHOLE, low=Decimal(1), high=Decimal(5)), _money("wholesale_price"),
            _money("retail_price"), Column("scarce", Type.FLAG, last_state=True),
        ),
    ),
    Table(
        "licences",
        _("Licences"),
        (
            _licence(key=True), _person("holder_name", Personal.NAME), _person("holder_id", Personal.NUMBER, 18),
            Column("uscc", length=18), Column("shop_name"), _choice("business_type", BUSINESS_TYPES),
            _choice("location_type", LOCATION_TYPES), _district(), Column("address"), *_PLACE,
            _person("phone", Personal.PHONE),
            Column("order_tier", Type.WHOLE, low=Decimal(1), high=Decimal(30), last_state=True),
            _choice("status", STATUSES, last_state=True), _date("issued_on"), _date("valid_to", last_state=True),
            _date("opened_on"),
        ),
        known_from=("issued_on", "opened_on"),
    ),
    Table(
        "orders",
        _("Order lines"),
        (
            _date("order_date", key=True), _licence(key=True), _barcode(key=True), _amount("cartons", Type.WHOLE),
            _money("amount"),
        ),
        dated="order_date",
        known_from=("order_date",),
        replaced_by=("order_date", "licence_no"),
    ),
    Table(
        "order_accounts",
        _("Phones, accounts, devices and vehicles of orders"),
        (
            _licence(key=True), _choice("kind", ACCOUNT_KINDS, key=True),
            Column("value", key=True, personal=Personal.NUMBER), _date("first_seen"), _date("last_seen"),
        ),
        known_from=("first_seen", "last_seen"),
    ),
    Table(
        "scans",
        _("Till scans"),
        (_licence(key=True), Column("week", Type.DATE, key=True, monday=True), _amount("cartons_sold")),
        dated="week",
        known_from=("week",),
    ),
    Table(
        "complaints",
        _("Complaints"),
        (
            Column("complaint_no", key=True), Column("received_at", Type.TIME), _choice("category", CATEGORIES),
            _person("text", Personal.TEXT), _district(), Column("address"), _licence(),
            _person("subject_name", Personal.NAME), _person("subject_phone", Personal.PHONE),
        ),
        dated="received_at",
        known_from=("received_at",),
    ),
    Table(
        "inspections",
        _("Inspections"),
        (
            Column("inspection_no", key=True), _date("inspected_on"), _licence(), Column("address"),
            _choice("reason", REASONS), _choice("outcome", OUTCOMES), Column("case_no"),
        ),
        dated="inspected_on",
        known_from=("inspected_on",),
    ),
    Table(
        "cases",
        _("Cases"),
        (
            Column("case_no", key=True), _date("filed_on"), Column("cause_code"), _district(), Column("address"),
            *_PLACE, _money("value"), _amount("cartons"), _choice("result", RESULTS, last_state=True),
        ),
        dated="filed_on",
        known_from=("filed_on",),
    ),
    Table(
        "case_parties",
        _("Parties of cases"),
        (
            Column("case_no", key=True), _amount("seq", Type.WHOLE, key=True), _choice("role", ROLES),
            _person("name", Personal.NAME), _person("id_no", Personal.NUMBER), _person("phone", Personal.PHONE),
            _person("address", Personal.PLACE), _person("plate_no", Personal.NUMBER), _licence(),
        ),
        of=("cases", "case_no"),
    ),
    Table(
        "case_items",
        _("Goods of cases"),
        (
            Column("case_no", key=True), _amount("seq", Type.WHOLE, key=True), _barcode(), _amount("cartons"),
            _choice("kind", KINDS), Column("carton_code", length=32),
        ),
        of=("cases", "case_no"),
    ),
    Table(
        "squads",
        _("Squads"),
        (Column("squad_no", key=True), Column("unit"), Column("streets", Type.LIST)),
        optional=True,
    ),
    Table(
        "licence_changes",
        _("Changes of licences"),
        (
            _licence(key=True), _date("changed_on", key=True), Column("column", key=True),
            _person("old", Personal.TEXT), _person("new", Personal.TEXT),
        ),
        dated="changed_on",
        known_from=("changed_on",),
        optional=True,
    ),
    Table(
        "parcels",
        _("Parcels"),
        (
            Column("waybill_no", key=True), _date("shipped_on"), Column("carrier"),
            _person("sender_name", Personal.NAME), _person("sender_phone", Personal.PHONE),
            _person("sender_address", Personal.PLACE), _person("receiver_name", Personal.NAME),
            _person("receiver_phone", Personal.PHONE), _person("receiver_address", Personal.PLACE),
            _amount("weight_kg"), Column("declared_goods"), Column("seized", Type.FLAG, last_state=True),
        ),
        dated="shipped_on",
        known_from=("shipped_on",),
    ),
)  # fmt: skip
TABLES: dict[str, Table] = {table.name: table for table in _ALL}


def table_of_file(file_name: str) -> Table | None:
    """The table that a file's name begins with (`orders-2018-04.csv`): the longest that fits, or none."""
    stem = file_name.lower()
    fitting = [name for name in TABLES if stem.startswith(name) and not stem[len(name) : len(name) + 1].isalnum()]
    return TABLES[max(fitting, key=len)] if fitting else None
