"""The lawful moves of a case as far as filing: state × act → state, who may, which term starts, which article. Pure."""

from __future__ import annotations

from zhuanmai.core.moves import Move, Moves, Worded

KIND = "case"  # what a case is called as a subject of approvals, terms and messages


class State(Worded):
    """Where a case stands. The words are those of the bureau."""

    INSPECTION = "inspection", "检查中"
    EVIDENCE = "evidence", "取证"
    FILED = "filed", "已立案"
    NOT_FILED = "not_filed", "不予立案"
    DECIDED_ON_THE_SPOT = "on_the_spot_decision", "当场处罚"
    SERVED = "served", "已送达"
    RECORDED = "recorded", "已备案"
    NO_FINDING = "no_finding", "未发现违法"
    NOT_ENTERED = "not_entered", "未能入内"
    CORRECTED = "corrected_on_spot", "已责令改正"


class Act(Worded):
    """What moves a case, or belongs to a state without moving it."""

    OPEN = "open", "开始检查"
    COUNT = "count", "清点"
    CLOSE_COUNTING = "close_counting", "结束清点"
    REOPEN_COUNTING = "reopen_counting", "继续清点"
    ENTER_FACTS = "enter_facts", "录入事实"
    SUBMIT_REGISTRATION = "submit_registration", "呈报登记保存"
    SUBMIT_SAMPLING = "submit_sampling", "呈报抽样取证"
    SUBMIT_FILING = "submit_filing", "呈报立案"
    RECORD_ORAL_APPROVAL = "record_oral_approval", "记录口头批准"
    REGISTER_GOODS = "register_goods", "批准先行登记保存"
    REFUSE_REGISTRATION = "refuse_registration", "不同意先行登记保存"
    SETTLE_GOODS = "settle_goods", "批准登记保存物品处理"
    FILE = "file", "立案"
    REFUSE_FILING = "refuse_filing", "不予立案"
    DECIDE_ON_THE_SPOT = "decide_on_the_spot", "当场处罚"
    SUBMIT_REPORT = "submit_report", "呈报举报受理"
    DISPOSE_GOODS = "dispose_goods", "处理登记保存物品"
    CORRECT_FACTS = "correct_facts", "更正"
    SUBMIT_CORRECTION = "submit_correction", "呈报更正"
    SERVE = "serve", "送达"
    RECORD = "record", "备案"
    END_WITHOUT_FINDING = "end_no_finding", "未发现违法，结束检查"
    END_NOT_ENTERED = "end_not_entered", "未能入内，结束检查"
    END_CORRECTED = "end_corrected", "责令改正，结束检查"
    PREPARE_DOCUMENTS = "prepare_documents", "生成文书"
    HAND_OVER = "hand_over", "移交承办人"


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
    Move(
        Act.REFUSE_REGISTRATION,
        _ANYWHERE,
        None,
        _HEAD,
        "行政处罚法 56",
        meets=("oral_approval",),
        ends=("registered_goods", "file_after_action"),
    ),
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
    Move(Act.SUBMIT_CORRECTION, (State.EVIDENCE, State.FILED, State.NOT_FILED), None, _WORK),
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
