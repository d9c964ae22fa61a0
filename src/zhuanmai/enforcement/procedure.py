"""The lawful moves of a case as far as filing: state × act → state, who may, which term starts, which article. Pure."""

from __future__ import annotations

from enum import StrEnum

from zhuanmai.core.moves import Move, Moves

KIND = "case"  # what a case is called as a subject of approvals, terms and messages


class State(StrEnum):
    """Where a case stands. The words are those of the bureau."""

    INSPECTION = "inspection"
    EVIDENCE = "evidence"
    FILED = "filed"
    NOT_FILED = "not_filed"
    DECIDED_ON_THE_SPOT = "on_the_spot_decision"
    SERVED = "served"
    RECORDED = "recorded"
    NO_FINDING = "no_finding"
    NOT_ENTERED = "not_entered"
    CORRECTED = "corrected_on_spot"

    @property
    def zh(self) -> str:
        """The state as pages name it."""
        return _ZH[self]


_ZH = {
    State.INSPECTION: "检查中",
    State.EVIDENCE: "取证",
    State.FILED: "已立案",
    State.NOT_FILED: "不予立案",
    State.DECIDED_ON_THE_SPOT: "当场处罚",
    State.SERVED: "已送达",
    State.RECORDED: "已备案",
    State.NO_FINDING: "未发现违法",
    State.NOT_ENTERED: "未能入内",
    State.CORRECTED: "已责令改正",
}


class Act(StrEnum):
    """What moves a case, or belongs to a state without moving it."""

    OPEN = "open"
    COUNT = "count"
    CLOSE_COUNTING = "close_counting"
    REOPEN_COUNTING = "reopen_counting"
    ENTER_FACTS = "enter_facts"
    SUBMIT_REGISTRATION = "submit_registration"
    SUBMIT_SAMPLING = "submit_sampling"
    SUBMIT_FILING = "submit_filing"
    RECORD_ORAL_APPROVAL = "record_oral_approval"
    REGISTER_GOODS = "register_goods"
    SETTLE_GOODS = "settle_goods"
    FILE = "file"
    REFUSE_FILING = "refuse_filing"
    DECIDE_ON_THE_SPOT = "decide_on_the_spot"
    SUBMIT_REPORT = "submit_report"
    DISPOSE_GOODS = "dispose_goods"
    CORRECT_FACTS = "correct_facts"
    SERVE = "serve"
    RECORD = "record"
    END_WITHOUT_FINDING = "end_no_finding"
    END_NOT_ENTERED = "end_not_entered"
    END_CORRECTED = "end_corrected"
    PREPARE_DOCUMENTS = "prepare_documents"
    HAND_OVER = "hand_over"

    @property
    def zh(self) -> str:
        """The act as buttons and refusals name it."""
        return _ACT_ZH[self]


_ACT_ZH = {
    Act.OPEN: "开始检查",
    Act.COUNT: "清点",
    Act.CLOSE_COUNTING: "结束清点",
    Act.REOPEN_COUNTING: "继续清点",
    Act.ENTER_FACTS: "录入事实",
    Act.SUBMIT_REGISTRATION: "呈报登记保存",
    Act.SUBMIT_SAMPLING: "呈报抽样取证",
    Act.SUBMIT_FILING: "呈报立案",
    Act.RECORD_ORAL_APPROVAL: "记录口头批准",
    Act.REGISTER_GOODS: "批准先行登记保存",
    Act.SETTLE_GOODS: "批准登记保存物品处理",
    Act.FILE: "立案",
    Act.REFUSE_FILING: "不予立案",
    Act.DECIDE_ON_THE_SPOT: "当场处罚",
    Act.SUBMIT_REPORT: "呈报举报受理",
    Act.DISPOSE_GOODS: "处理登记保存物品",
    Act.CORRECT_FACTS: "更正",
    Act.SERVE: "送达",
    Act.RECORD: "备案",
    Act.END_WITHOUT_FINDING: "未发现违法，结束检查",
    Act.END_NOT_ENTERED: "未能入内，结束检查",
    Act.END_CORRECTED: "责令改正，结束检查",
    Act.PREPARE_DOCUMENTS: "生成文书",
    Act.HAND_OVER: "移交承办人",
}


_ON_SITE = (State.INSPECTION, State.EVIDENCE)
_ANYWHERE = (*_ON_SITE, State.FILED, State.NOT_FILED, State.DECIDED_ON_THE_SPOT, State.CORRECTED)
_WORK, _HEAD = "enforcement.act", "enforcement.approve_bureau"
_VERIFIED, _NO_FILING = ("verify_clue", "file_after_action"), ("file_after_action",)
MOVES: tuple[Move[State, Act], ...] = (
    Move(Act.OPEN, (), State.INSPECTION, _WORK, "行政处罚法 55", starts=("verify_clue",)),
    Move(Act.COUNT, (State.INSPECTION,), None, _WORK, "行政处罚法 54"),
    Move(Act.CLOSE_COUNTING, (State.INSPECTION,), State.EVIDENCE, _WORK, "行政处罚法 54"),
    Move(Act.REOPEN_COUNTING, (State.EVIDENCE,), State.INSPECTION, _WORK, "行政处罚法 54"),
    Move(Act.ENTER_FACTS, _ON_SITE, None, _WORK, "行政处罚法 54"),
    Move(Act.SUBMIT_REGISTRATION, _ON_SITE, None, _WORK, "行政处罚法 56", ("registered_goods", "file_after_action")),
    Move(Act.SUBMIT_SAMPLING, _ON_SITE, None, _WORK, "行政处罚法 56"),
    Move(Act.SUBMIT_FILING, (State.EVIDENCE,), None, _WORK, "行政处罚法 54"),
    Move(Act.RECORD_ORAL_APPROVAL, _ON_SITE, None, _WORK, "参照 行政强制法 19", starts=("oral_approval",)),
    Move(Act.REGISTER_GOODS, _ANYWHERE, None, _HEAD, "行政处罚法 56", meets=("oral_approval",)),
    Move(Act.SETTLE_GOODS, _ANYWHERE, None, _HEAD, "行政处罚法 56", meets=("registered_goods",)),
    Move(Act.FILE, (State.EVIDENCE,), State.FILED, _HEAD, "行政处罚法 54", ("decision",), _VERIFIED),
    Move(Act.REFUSE_FILING, (State.EVIDENCE,), State.NOT_FILED, _HEAD, "行政处罚法 54", meets=_VERIFIED),
    Move(
        Act.DECIDE_ON_THE_SPOT,
        _ON_SITE,
        State.DECIDED_ON_THE_SPOT,
        _WORK,
        "行政处罚法 51",
        ("reconsideration", "pay_fine"),
        ("verify_clue",),
        _NO_FILING,
    ),
    Move(Act.SUBMIT_REPORT, _ON_SITE, None, _WORK),
    Move(Act.DISPOSE_GOODS, (*_ON_SITE, State.FILED, State.NOT_FILED), None, _WORK, "行政处罚法 56"),
    Move(Act.CORRECT_FACTS, (State.EVIDENCE, State.FILED, State.NOT_FILED, State.DECIDED_ON_THE_SPOT), None, _WORK),
    Move(Act.SERVE, (State.DECIDED_ON_THE_SPOT,), State.SERVED, _WORK, "行政处罚法 52"),
    Move(Act.RECORD, (State.SERVED,), State.RECORDED, _WORK, "行政处罚法 52"),
    Move(Act.END_WITHOUT_FINDING, (State.INSPECTION,), State.NO_FINDING, _WORK, "", (), ("verify_clue",), _NO_FILING),
    Move(Act.END_NOT_ENTERED, (State.INSPECTION,), State.NOT_ENTERED, _WORK, "", (), ("verify_clue",), _NO_FILING),
    Move(Act.END_CORRECTED, _ON_SITE, State.CORRECTED, _WORK, "行政处罚法 28", (), ("verify_clue",), _NO_FILING),
    Move(Act.PREPARE_DOCUMENTS, (*_ON_SITE, State.FILED, State.NOT_FILED, State.DECIDED_ON_THE_SPOT), None, _WORK),
    Move(Act.HAND_OVER, (*_ON_SITE, State.FILED), None, _WORK, "行政处罚法 42"),
)


def _refusal(here: State, act: Act, where: str) -> str:
    return f"案件处于“{here.zh}”，不能{act.zh}；该步骤只在“{where}”阶段进行。"


TABLE = Moves(State, MOVES, _refusal)
allowed, require, transitions = TABLE.allowed, TABLE.require, TABLE.transitions
