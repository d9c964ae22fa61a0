"""What doctor asks of the exchange: partners within reach, no dead letters, no message of a kind that nobody knows."""

from __future__ import annotations

from zhuanmai.core.checks import Finding, Health, register_check
from zhuanmai.exchange.kinds import kinds
from zhuanmai.exchange.models import Message
from zhuanmai.exchange.partners import registry


@register_check
def partners_answer() -> Finding:
    """Every partner answers and knows our key."""
    partners = registry.partners()
    wrong = [f"{partner.zh}：{words}" for partner in partners if (words := partner.connector.check())]
    if wrong:
        remedy = "报文留在发件箱自动重试；请核对该系统的地址设置（ZHUANMAI_…_URL）与网络。"
        return Finding("对接系统", Health.WARNING, "；".join(wrong), remedy)
    return Finding("对接系统", Health.GOOD, f"应答正常：{'、'.join(partner.zh for partner in partners)}")


@register_check
def no_dead_letters() -> Finding:
    """Messages that were given up."""
    dead = Message.objects.filter(state=Message.State.DEAD).count()
    if dead:
        return Finding("报送", Health.WARNING, f"有 {dead} 封死信", "在“数据交换”页查看原因后重发。")
    return Finding("报送", Health.GOOD, "没有死信")


@register_check
def kinds_are_known() -> Finding:
    """Messages on the way whose kind no room registers: only who looks after the whole bureau sees them."""
    on_the_way = (
        Message.objects.filter(state__in=(Message.State.WAITING, Message.State.DEAD))
        .values_list("partner", "kind")
        .distinct()
    )
    unknown = sorted(set(on_the_way) - {(kind.partner, kind.code) for kind in kinds()})
    if unknown:
        names = "、".join(f"{partner}/{kind}" for partner, kind in unknown)
        return Finding("报文种类", Health.WARNING, f"没有模块登记：{names}", "请确认相关模块已安装，或由开发人员处理。")
    return Finding("报文种类", Health.GOOD, "均有模块登记")
