"""Indexes for parts of texts and ends of numbers: trigrams (pg_trgm), as the search asks for them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models.functions import Upper


def of_parts(column: str, name: str) -> GinIndex:
    """For `icontains`: three signs anywhere in a text, in small letters or large (shorter parts are read in order)."""
    return GinIndex(OpClass(Upper(column), name="gin_trgm_ops"), name=name)


def of_ends(column: str, name: str) -> GinIndex:
    """For `endswith`, `contains` and equality of a number: from two digits of its end on."""
    return GinIndex(fields=[column], opclasses=["gin_trgm_ops"], name=name)
