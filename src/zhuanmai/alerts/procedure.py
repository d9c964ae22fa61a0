"""The lawful moves of an alert, from the run that raises it to what the squad found: state × act → state. Pure."""

from __future__ import annotations

from zhuanmai.core.moves import Move, Moves, Worded


class State(Worded):
    """Where an alert stands."""

    RAISED = "raised", "待派"
    ASSIGNED = "assigned", "已派"
    SEEN = "seen", "已查看"
    OVERDUE = "overdue", "逾期"
    VISITED = "visited", "检查中"
    DONE = "done", "已反馈"


OPEN = (State.RAISED, State.ASSIGNED, State.SEEN, State.OVERDUE, State.VISITED)
WITH_SQUAD = (State.ASSIGNED, State.SEEN, State.OVERDUE)  # given to a squad, the visit not begun


class Act(Worded):
    """What moves an alert."""

    ASSIGN = "assign", "派单"
    SEE = "see", "查看"
    LAPSE = "lapse", "记逾期"
    INSPECT = "inspect", "开始检查"
    RECORD = "record", "反馈结果"
    WITHDRAW = "withdraw", "撤回结果"


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
