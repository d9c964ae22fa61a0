"""Rows made up for any table under the ledger, and single values made up for any column."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, models, transaction

from zhuanmai.ledger.registry import Table

_HAN = "之大中国人民专卖烟草检查登记保存厦门湖里思明海沧集美同安翔安"


def value_for(field: Any, dice: random.Random) -> Any:
    """A value that fits a column's type, length and choices."""
    if field.is_relation:
        keys = list(field.related_model._base_manager.values_list("pk", flat=True)[:50])
        return dice.choice(keys) if keys and dice.random() < 0.8 else value_for(field.target_field, dice)
    if field.choices:
        return dice.choice([value for value, _ in field.flatchoices])
    match field:
        case models.UUIDField():
            return uuid.UUID(int=dice.getrandbits(128), version=4)
        case models.CharField() | models.TextField():
            if (field.max_length or 20) >= 13 and dice.random() < 0.4:
                return "".join(dice.choices("0123456789", k=13))
            return "".join(dice.choices(_HAN + "0123456789", k=min(field.max_length or 20, dice.randint(4, 20))))
        case models.BooleanField():
            return dice.random() < 0.5
        case models.DateTimeField():
            return dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=dice.randrange(10**14))
        case models.DateField():
            return dt.date(2025, 1, 1) + dt.timedelta(days=dice.randrange(700))
        case models.DecimalField():
            return Decimal(dice.randrange(1, 10**5)).scaleb(-field.decimal_places)
        case models.FloatField():
            return dice.uniform(0, 1)
        case models.BinaryField():
            return dice.randbytes(16)
        case models.JSONField():
            return {"n": dice.randrange(10**6), "share": dice.random(), "words": [dice.choice(_HAN), None, True]}
        case ArrayField():
            return [value_for(field.base_field, dice) for _ in range(2)]
        case models.IntegerField():
            return dice.choice([1, 2, dice.randint(3, 9999)])
    raise LookupError(f"no value is made up for {type(field).__name__}")


def row_for(table: Table, dice: random.Random) -> models.Model:
    """A row made up and inserted; drawn again while the table's constraints refuse it."""
    for _ in range(200):
        row = table.model()
        for field in table.model._meta.concrete_fields:
            if not (field.null and dice.random() < 0.3):
                setattr(row, field.attname, value_for(field, dice))
        try:
            with transaction.atomic():
                models.Model.save_base(row, raw=True, force_insert=True)
            return row
        except IntegrityError:
            continue
    raise AssertionError(f"nothing made up fits the constraints of {table.model.__name__}")
