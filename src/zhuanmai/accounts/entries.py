"""The room's kinds of entry, and its tables under the ledger."""

from __future__ import annotations

from zhuanmai.accounts.models import Delegation, Grant, Invitation, Key, Officer, Signing, Unit
from zhuanmai.ledger.registry import register, register_table

register_table(Unit)
register_table(Officer, exclude=("last_login", "password", "session_epoch"))
register_table(Grant)
register_table(Delegation)
register_table(Key, exclude=("sign_count", "last_used_at", "failed_attempts", "locked_until"))
register_table(Invitation)
register_table(Signing)

register("accounts.seeded", sentence="建立演示单位：{units} 个单位、{officers} 名人员", fields=("units", "officers"))
register("accounts.signed_in", sentence="登录（{way}）", fields=("way",))
register(
    "accounts.sign_in_refused",
    sentence="登录未成功（{way}）：{reason}",
    fields=("reason", "way"),
    personal=("username",),
)
register("accounts.locked", sentence="连续失败，{way}暂停使用 {minutes} 分钟", fields=("way", "minutes"))
register(
    "accounts.act_refused",
    sentence="被拒绝：{what}（{address}）",
    fields=("what", "address", "code", "permission"),
    personal=("detail",),
)
register("accounts.signing_refused", sentence="签名未成功：{reason}", fields=("reason",))
register(
    "accounts.bootstrapped",
    sentence="设立 {unit}：{units} 个单位、{officers} 名人员、{admins} 名安全管理员",
    fields=("unit", "units", "officers", "admins"),
)
register("accounts.staff_loaded", sentence="导入 {units} 个单位、{officers} 名人员", fields=("units", "officers"))
register("accounts.officer_made", sentence="建立人员：{account}（{unit}）", fields=("account", "unit"))
register("accounts.link_issued", sentence="发出登记链接，至 {until} 有效", fields=("until",))
register("accounts.link_approved", sentence="批准登记链接，至 {until} 有效", fields=("until",))
register("accounts.link_refused", sentence="登记链接未能打开：{reason}", fields=("reason",))
register(
    "accounts.refused_often",
    sentence="{what}：另有 {count} 次，自 {since} 起的一分钟内",
    fields=("what", "count", "since"),
)
register("accounts.link_withdrawn", sentence="收回登记链接")
register("accounts.sessions_ended", sentence="结束登录 {count} 处（{which}）", fields=("count", "which"))
register("accounts.signed_out", sentence="退出登录")
register("accounts.signed", sentence="用钥匙签名 {count} 份文书", fields=("count", "manifest_sha256"))
register("accounts.granted", sentence="授予岗位：{role}（待第二人确认）", fields=("role", "unit", "reason"))
register("accounts.grant_confirmed", sentence="确认岗位：{role}", fields=("role", "unit"))
register("accounts.grant_revoked", sentence="撤销岗位：{role}，理由：{reason}", fields=("role", "unit", "reason"))
register(
    "accounts.delegated", sentence="委托代行{role}：{starts_on} 至 {ends_on}", fields=("role", "starts_on", "ends_on")
)
register("accounts.delegation_ended", sentence="终止委托代行")
register("accounts.key_enrolled", sentence="登记钥匙：{name}", fields=("name", "approved"))
register("accounts.key_renamed", sentence="钥匙改名：{name}", fields=("name",))
register("accounts.key_approved", sentence="批准钥匙：{name}", fields=("name",))
register("accounts.key_revoked", sentence="挂失钥匙：{name}，理由：{reason}", fields=("name", "reason"))
register("accounts.officer_stopped", sentence="停用人员，理由：{reason}", fields=("reason",))
register("accounts.officer_resumed", sentence="恢复人员，理由：{reason}", fields=("reason",))
