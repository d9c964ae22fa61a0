"""The bureau's words for states and acts (所处环节) in the language of the page; the API says them in Chinese."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from zhuanmai.enforcement.services.approvals import MATTERS

register = template.Library()

WORDS = {
    "检查中": _("Under inspection"),
    "取证": _("Taking evidence"),
    "先行登记保存": _("Registered in advance"),
    "登记保存审批中": _("Registration waits for approval"),
    "立案审批中": _("Filing waits for approval"),
    "已立案": _("Filed"),
    "不予立案": _("Not filed"),
    "当场处罚": _("Decided on the spot"),
    "已送达": _("Served"),
    "已备案": _("Recorded"),
    "未发现违法": _("Nothing found"),
    "未能入内": _("Not entered"),
    "已责令改正": _("Corrected on the spot"),
    "缺项": _("Incomplete"),
    "待生成": _("To be made"),
    "未能生成": _("Not made"),
    "待重新生成": _("Waits to be made again"),
    "待签": _("To be signed"),
    "已封签": _("Sealed up"),
    "作废": _("Void"),
    "结束清点": _("Close counting"),
    "呈报登记保存": _("Submit the registration"),
    "呈报立案": _("Submit the filing"),
    "重新呈报立案": _("Submit the filing again"),
    "等待审批": _("Wait for approval"),
    "送达": _("Serve"),
    "备案": _("Record"),
    "清点": _("Count"),
    "继续清点": _("Go on counting"),
    "录入事实": _("Enter facts"),
    "呈报抽样取证": _("Submit the sampling"),
    "呈报举报受理": _("Submit the report"),
    "呈报更正": _("Submit the correction"),
    "处理登记保存物品": _("Settle registered goods"),
    "更正": _("Correct facts"),
    "记录口头批准": _("Record an oral approval"),
    "未发现违法，结束检查": _("End: nothing found"),
    "未能入内，结束检查": _("End: not entered"),
    "责令改正，结束检查": _("End: ordered to correct"),
    "生成文书": _("Make documents"),
    "移交承办人": _("Hand over to other officers"),
}


@register.filter
def in_words(words: str) -> str:
    """A state or act in the language of the page; words of the case itself stay as they are."""
    return str(WORDS.get(words, words))


@register.filter
def approval_name(row: dict[str, str]) -> str:
    """An approval by its purpose and step: Filing · Department head."""
    matter = MATTERS[row["purpose"]]
    return f"{matter.label} · {matter.step(row['step']).label}"
