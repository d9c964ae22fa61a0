"""The lawful moves of an alert, from the run that raises it to what the squad found: state × act → state. Pure."""

from __future__ import annotations

from enum import StrEnum

from zhuanmai.core.moves import Move, Moves


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


MOVES: tuple[Move[State, Act], ...] = (
    Move(Act.ASSIGN, (State.RAISED, *WITH_SQUAD), State.ASSIGNED, "alerts.assign"),
    Move(Act.SEE, (State.ASSIGNED,), State.SEEN, "alerts.act"),
    Move(Act.LAPSE, (State.ASSIGNED, State.SEEN), State.OVERDUE, ""),
    Move(Act.INSPECT, WITH_SQUAD, State.VISITED, "alerts.act"),
    Move(Act.RECORD, (*WITH_SQUAD, State.VISITED), State.DONE, "alerts.act"),
    Move(Act.WITHDRAW, (State.DONE,), State.SEEN, "alerts.act"),
)


def _refusal(here: State, act: Act, where: str) -> str:
    return f"该预警处于“{here.zh}”，不能{act.zh}；这一步只用于“{where}”的预警。"


TABLE = Moves(State, MOVES, _refusal)
transitions = TABLE.transitions
