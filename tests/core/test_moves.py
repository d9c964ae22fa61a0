"""The table of moves by table: what is lawful where, what refuses in whose words, which changes the database must know."""

from __future__ import annotations

from enum import StrEnum

import pytest

from zhuanmai.core.errors import Conflict
from zhuanmai.core.moves import Move, Moves


class Light(StrEnum):
    """States of a toy."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"

    @property
    def zh(self) -> str:
        """As the refusal names it."""
        return {"red": "红", "amber": "黄", "green": "绿"}[self.value]


class Turn(StrEnum):
    """Acts of a toy."""

    GO = "go"
    SLOW = "slow"
    LOOK = "look"
    ANY = "any"


def sentence(here: Light, act: Turn, where: str) -> str:
    """A refusal."""
    return f"{here.zh}|{act.value}|{where}"


TABLE = Moves(
    Light,
    (
        Move(Turn.GO, (Light.RED, Light.AMBER), Light.GREEN, "toy.go"),
        Move(Turn.SLOW, (Light.GREEN,), Light.AMBER, "toy.slow"),
        Move(Turn.LOOK, (Light.RED,), None, ""),
        Move(Turn.ANY, tuple(Light), Light.RED, "toy.any"),
    ),
    sentence,
)


@pytest.mark.parametrize(
    "act, lawful", [("go", ["red", "amber"]), ("slow", ["green"]), ("look", ["red"]), ("any", list(Light))]
)
def test_an_act_belongs_to_its_states_only(act: str, lawful: list[str]) -> None:
    for state in Light:
        assert TABLE.allowed(state.value, Turn(act)) is (state in lawful)
        if state in lawful:
            assert TABLE.require(state.value, Turn(act)).act == act
        else:
            with pytest.raises(Conflict) as refused:
                TABLE.require(state.value, Turn(act))
            assert refused.value.code == "wrong_state"
            assert refused.value.detail == sentence(state, Turn(act), "、".join(Light(one).zh for one in lawful))


def test_a_move_says_where_it_leads() -> None:
    assert TABLE.require("red", Turn.GO).after("red") == "green"
    assert TABLE.require("red", Turn.LOOK).after("red") == "red"


def test_the_database_hears_of_every_change_once_and_of_nothing_that_stays() -> None:
    assert TABLE.transitions() == [
        ("amber", "green"), ("amber", "red"), ("green", "amber"), ("green", "red"), ("red", "green"),
    ]  # fmt: skip
