"""The room's kinds of entry, and its tables under the ledger."""

from __future__ import annotations

import functools

from zhuanmai.core.units import Unit
from zhuanmai.enforcement.models import (
    CartonCodeRead,
    Case,
    CaseCause,
    CaseOfficer,
    EvidenceCopy,
    Inspection,
    ItemLine,
    LineHistory,
    Party,
    Photo,
    Questioning,
    Registration,
    Sample,
)
from zhuanmai.fieldlog.entries import of_every_log, operation
from zhuanmai.ledger.registry import register, register_table, say

register_table(Case, exclude=("cursor", "counted", "handed_over"))
for _model in (
    CartonCodeRead,
    CaseCause,
    CaseOfficer,
    EvidenceCopy,
    Inspection,
    ItemLine,
    LineHistory,
    Party,
    Photo,
    Questioning,
    Registration,
    Sample,
):
    register_table(_model)

# One kind for each kind of operation.
of_every_log("enforcement")
_operation = functools.partial(operation, "enforcement")
_operation("case.open", "开始检查，线索编号 {clue_no}，地点：{address}", "clue_no", "reason", "address")
_operation("inspection.set", "记录检查情况：{changed}", "changed")
_operation("party.set", "录入当事人 {name}", "party_id", personal=("name", "id_no"))
_operation("party.remove", "移除当事人", "party_id")
_operation("presence.set", "记录在场情况：{words}", "words", personal=("people",))
_operation("scan", "扫码 {barcode}，{n} {unit}（{name}）", "barcode", "n", "unit", "name", "line_id", "via")
_operation("quantity.difference", "改数：{name} {difference} {unit}", "name", "difference", "unit", "line_id", "seen")
_operation("undo", "撤销一步：{what}", "what", "undone")
_operation("line.set", "修改 {name}：{changed}", "name", "changed", "line_id")
_operation("line.split", "拆分 {name}：{cartons} 条另列", "name", "cartons", "line_id", "new_line_id", "line_kind")
_operation("unlisted.register", "登记未收录条码 {barcode}：{name}", "barcode", "name", "line_id", "line_kind")
_operation("code.add", "读取喷码：{words}", "line_id", "code_id", "words", "licence_no")
_operation("code.remove", "去掉一条喷码", "line_id", "code_id")
_operation("photo.add", "拍照：{caption}", "photo_id", "what", "caption", "sha256")
_operation("photo.remove", "去掉一张照片", "photo_id")
_operation("causes.set", "确定案由：{names}", "codes", "names")
_operation(
    "counting.close", "结束清点：{lines} 种，{cartons} 条", "lines", "cartons", "fact_version", "override_reason"
)
_operation("counting.reopen", "继续清点，原因：{reason}", "reason", "merged")
_operation("registration.set", "填写先行登记保存：{storage_place}", "reason", "storage_place", "way")
_operation("oral_approval.record", "记录口头批准，批准人 {by}，{at}", "by", "at", "reason")
_operation("sample.set", "抽样：{name} {cartons} 条", "name", "base", "cartons", "line_id")
_operation("sample.remove", "取消抽样：{name}", "name", "line_id")
_operation("questioning.set", "记录询问（第 {ordinal} 次），{answered} 问已答", "ordinal", "answered", "questioning_id")
_operation("evidence.set", "提取证据：{evidence}", "evidence", "evidence_id", "way")
_operation("correction.set", "填写责令改正：{what}", "what", "until")
_operation("service.set", "确认送达地址", personal=("address", "receiver", "phone"))
_operation("summary.set", "写案情摘要（{characters} 字）", "characters")
_operation("valuer.set", "指定核价人 {name}", "name")
_operation("case.hand_over", "移交承办人：{names}，原因：{reason}", "names", "reason")
_operation("simple.set", "填写当场处罚", "penalty_kind", "amount")

register("enforcement.photo_kept", sentence="收到照片原件 {sha256}", fields=("photo_id", "sha256", "quality"))
say({unit.value: unit.zh for unit in Unit} | {"gun": "扫码枪", "camera": "拍照", "tail": "尾号", "name": "名称"})
say({"view": "文书页面", "preview.pdf": "预览件", "sealed.pdf": "封签件", "print.pdf": "打印件"})
register("enforcement.moved", sentence="{act}：案件转为“{state}”", fields=("act", "state", "operation_id"))
register("enforcement.acted", sentence="{act}", fields=("act", "operation_id"))
register(
    "enforcement.documents_prepared", sentence="生成文书：{names}{failed}", fields=("names", "failed", "operation_id")
)
_LOOK = ("what", "way", "reason")
register("enforcement.seen", sentence="查看案件个人信息（{way}），理由：{reason}", fields=_LOOK)
register("enforcement.paper_seen", sentence="查看文书“{what}”（{way}），理由：{reason}", fields=_LOOK)
register("enforcement.pictures_seen", sentence="查看涉及个人的照片，理由：{reason}", fields=_LOOK)
register("enforcement.searched", sentence="按个人信息查找案件，找到 {count} 件", fields=("count",), personal=("words",))
register("enforcement.printed", sentence="打印本阶段文书 {copies} 份", fields=("copies",))
register("enforcement.handed_over", sentence="{count} 件案件写入数据湖", fields=("count", "files", "numbers"))
