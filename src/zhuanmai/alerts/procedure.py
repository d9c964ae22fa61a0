"""The lawful moves of an alert, from the run that raises it to what the squad found: state × act → state. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zhuanmai.core.errors import Conflict


class State(StrEnum):
    """Where an alert stands."""

    RAISED = "raised"
    ASSIGNED = "assigned"
    SEEN = "seen"
    OVERDUE = "overdue"
    VISITED = "visited"
    DONE = "done"

    @property
    def zh(self) -> str:
        """The state as refusals and the ledger name it."""
        return _ZH[self]


_ZH = {
    State.RAISED: "待派",
    State.ASSIGNED: "已派",
    State.SEEN: "已查看",
    State.OVERDUE: "逾期",
    State.VISITED: "检查中",
    State.DONE: "已反馈",
}
OPEN = (State.RAISED, State.ASSIGNED, State.SEEN, State.OVERDUE, State.VISITED)
WITH_SQUAD = (State.ASSIGNED, State.SEEN, State.OVERDUE)  # given to a squad, the visit not begun


class Act(StrEnum):
    """What moves an alert."""

    ASSIGN = "assign"
    SEE = "see"
    LAPSE = "lapse"
    INSPECT = "inspect"
    RECORD = "record"
    WITHDRAW = "withdraw"

    @property
    def zh(self) -> str:
        """The act as refusals name it."""
        return _ACT_ZH[self]


_ACT_ZH = {
    Act.ASSIGN: "派单",
    Act.SEE: "查看",
    Act.LAPSE: "记逾期",
    Act.INSPECT: "开始检查",
    Act.RECORD: "反馈结果",
    Act.WITHDRAW: "撤回结果",
}


@dataclass(frozen=True)
class Move:
    """One row of the table: from these states, by this act, to that state, who may (empty: the system itself)."""

    act: Act
    sources: tuple[State, ...]
    target: State
    permission: str


MOVES: tuple[Move, ...] = (
    Move(Act.ASSIGN, (State.RAISED, *WITH_SQUAD), State.ASSIGNED, "alerts.assign"),
    Move(Act.SEE, (State.ASSIGNED,), State.SEEN, "alerts.act"),
    Move(Act.LAPSE, (State.ASSIGNED, State.SEEN), State.OVERDUE, ""),
    Move(Act.INSPECT, WITH_SQUAD, State.VISITED, "alerts.act"),
    Move(Act.RECORD, (*WITH_SQUAD, State.VISITED), State.DONE, "alerts.act"),
    Move(Act.WITHDRAW, (State.DONE,), State.SEEN, "alerts.act"),
)
_BY_ACT = {move.act: move for move in MOVES}


def allowed(state: str, act: Act) -> bool:
    """Whether the act belongs to the state."""
    return State(state) in _BY_ACT[act].sources


def require(state: str, act: Act) -> Move:
    """The move. Raises Conflict (wrong_state): it says where the alert stands and where the act belongs."""
    move = _BY_ACT[act]
    if State(state) not in move.sources:
        where = "、".join(source.zh for source in move.sources)
        raise Conflict("wrong_state", f"该预警处于“{State(state).zh}”，不能{act.zh}；这一步只用于“{where}”的预警。")
    return move


def transitions() -> list[tuple[str, str]]:
    """Every change of state that some act makes: the database holds the same list as a trigger."""
    return sorted(
        {(source.value, move.target.value) for move in MOVES for source in move.sources if source != move.target}
    )
