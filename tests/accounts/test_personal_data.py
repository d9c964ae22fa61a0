"""Table: who sees personal data in full, by where they stand and what it is; how each sort is masked."""

from __future__ import annotations

import pytest

from zhuanmai.accounts.personal import MASKS, Sight, Sort, Standing, Subject, Thing, masked, register, sight, subjects
from zhuanmai.core.masking import is_masked, masked_numbers

FREE, REASON, NEVER = Sight.FREE, Sight.REASON, Sight.NEVER


@pytest.mark.parametrize(
    ("standing", "facts", "paper", "pictures"),
    [
        (Standing(works=True), FREE, FREE, FREE),
        (Standing(works=True, may_ask=True), FREE, FREE, FREE),
        (Standing(decides=True, may_ask=True), REASON, FREE, FREE),
        (Standing(decides=True), NEVER, FREE, FREE),
        (Standing(signs=True, may_ask=True), REASON, FREE, REASON),
        (Standing(signs=True), NEVER, FREE, NEVER),
        (Standing(may_ask=True), REASON, REASON, REASON),
        (Standing(), NEVER, NEVER, NEVER),
    ],
)
def test_who_sees_what(standing: Standing, facts: Sight, paper: Sight, pictures: Sight) -> None:
    assert [sight(standing, thing) for thing in (Thing.FACTS, Thing.PAPER, Thing.PICTURES)] == [facts, paper, pictures]


@pytest.mark.parametrize(
    ("sort", "plain", "shown"),
    [
        (Sort.NAME, "叶𬭎森", "叶**"),
        (Sort.NAME, "", ""),
        (Sort.NUMBER, "350206197908178556", "3502**********8556"),
        (Sort.NUMBER, "H12345678", "H1*****78"),
        (Sort.NUMBER, "35020619790817", "35**********17"),  # fourteen
        (Sort.NUMBER, "350206790817855", "3502*******7855"),  # fifteen: the citizen's number of old
        (Sort.NUMBER, "H1234567", "H***"),  # eight
        (Sort.PHONE, "13900000000", "139****0000"),
        (Sort.PHONE, "59200001", "592****0001"),
        (Sort.PHONE, "5920001", "5***"),
        (Sort.PLACE, "福建省厦门市湖里区金山街道267号", "福建省厦门市…"),
        (Sort.PLACE, "", ""),
        (Sort.TEXT, "我叫叶森", "***"),
        (Sort.TEXT, "", ""),
    ],
)
def test_masks(sort: Sort, plain: str, shown: str) -> None:
    assert MASKS[sort](plain) == shown
    assert is_masked(shown) == bool(shown)
    assert not is_masked(plain)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13900000000。", "电话139****0000。"),
        ("身份证35020619930912307x", "身份证3502**********307x"),
        ("12900000000", "12900000000"),  # no mobile begins so
        ("139000000001", "139000000001"),  # twelve digits: a licence
        ("a13900000000", "a13900000000"),  # part of a digest
        ("6901028314985", "6901028314985"),  # a barcode
        ("350206199313123071", "350206199313123071"),  # no thirteenth month: no citizen's number
        ("35020619931212307", "35020619931212307"),
    ],
)
def test_numbers_in_a_text_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert masked_numbers(text) == shown
    assert masked_numbers({"a": [text, 13900000000], "b": None}) == {"a": [shown, 13900000000], "b": None}


def test_a_tree_is_masked_by_its_registered_fields_and_left_as_it_was() -> None:
    fields = {"people[].name": Sort.NAME, "people[].of.phone": Sort.PHONE, "born": Sort.GONE, "sent": Sort.GONE}
    if "toy" not in {one.name for one in subjects()}:
        register(Subject("toy", fields, {}))
    tree = {
        "people": [{"name": "王五", "of": None}, {"name": "李四", "of": {"phone": "13900000000"}}],
        "sent": {"a": 1},
    }
    assert masked("toy", tree) == {
        "people": [{"name": "王**", "of": None}, {"name": "李**", "of": {"phone": "139****0000"}}],
        "sent": {},
    }
    assert tree["people"][1]["of"] == {"phone": "13900000000"}  # type: ignore[index]
    with pytest.raises(ValueError, match="toy"):
        register(Subject("toy", {}, {}))
