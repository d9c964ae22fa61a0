"""Values have one canonical form: what is written down before saving equals what PostgreSQL gives back."""

from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.behind import behind_the_rules_from_here
from tests.ledger.made_rows import row_for
from zhuanmai.ledger import registry
from zhuanmai.ledger.canonical import as_stored, canonical, digest_of_row

AMOUNT = models.DecimalField(max_digits=12, decimal_places=2)


def stored(value: Any, kind: str) -> Any:
    """What PostgreSQL makes of a value."""
    with connection.cursor() as cursor:
        cursor.execute(f"select %s::{kind}", [value])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["0.125", "0.135", "-0.125", "-0.001", "2.5", "100", "1E+2", "9999999999.994"])
def test_decimals_round_as_the_database_rounds(text: str) -> None:
    assert as_stored(AMOUNT, Decimal(text)) == as_stored(AMOUNT, stored(Decimal(text), "numeric(12,2)"))


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("甲乙丙abc"), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.django_db
@given(_json)
@settings(deadline=None, max_examples=150)
def test_json_is_written_as_the_database_gives_it_back(value: Any) -> None:
    kept = json.loads(stored(Jsonb(value), "jsonb::text"))
    assert canonical(kept) == canonical(value)
    # … and a reader with nothing but a JSON parser comes to the same bytes (docs/ledger-check.py).
    again = json.loads(canonical(value))
    assert json.dumps(again, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() == canonical(value)


def test_what_differs_is_written_differently() -> None:
    assert canonical(1.5) != canonical("1.5")
    assert canonical(1) != canonical(True)
    assert canonical(None) != canonical("")
    assert canonical({"甲", "乙", "丙"}) == canonical(frozenset(("丙", "甲", "乙")))


def test_moments_are_written_in_utc_and_never_guessed() -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    assert canonical(dt.datetime(2025, 3, 1, 7, 30, tzinfo=shanghai)) == b'"2025-02-28T23:30:00.000000+00:00"'
    with pytest.raises(ValueError, match="time zone"):
        canonical(dt.datetime(2025, 3, 1))
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(float("nan"))
    with pytest.raises(TypeError, match="no canonical form"):
        canonical(object())


def test_a_json_column_with_an_encoder_is_read_as_it_encodes() -> None:
    field = models.JSONField(encoder=DjangoJSONEncoder)
    moment = dt.datetime(2025, 3, 1, 1, 2, 3, 456789, tzinfo=dt.UTC)
    assert as_stored(field, {"at": moment}) == {"at": "2025-03-01T01:02:03.456Z"}


@pytest.mark.django_db
def test_a_row_just_saved_has_the_digest_of_the_row_read_again() -> None:
    with transaction.atomic():
        behind_the_rules_from_here()
        for label, table in registry.tables().items():
            for seed in range(5):
                row = row_for(table, random.Random(f"{label}{seed}"))
                again = table.model._base_manager.get(pk=row.pk)
                assert digest_of_row(row, table.excluded) == digest_of_row(again, table.excluded), label
