"""What doctor asks of the exchange: partners within reach, no dead letters."""

from __future__ import annotations

from zhuanmai.core.checks import Finding, Health, register_check
from zhuanmai.exchange.connectors import registry
from zhuanmai.exchange.models import Message


@register_check
def partners_answer() -> Finding:
    """Every partner answers and knows our key."""
    wrong = [words for partner in registry.partners() if (words := registry.of(partner).check())]
    if wrong:
        return Finding(
            "对接系统", Health.WARNING, "；".join(wrong), "报文留在发件箱自动重试；请核对 ZHUANMAI_NATIONAL_URL。"
        )
    return Finding("对接系统", Health.GOOD, "国家局系统应答正常")


@register_check
def no_dead_letters() -> Finding:
    """Messages that were given up."""
    dead = Message.objects.filter(state=Message.State.DEAD).count()
    if dead:
        return Finding("报送", Health.WARNING, f"有 {dead} 封死信", "在“数据报送”页查看原因后重发。")
    return Finding("报送", Health.GOOD, "没有死信")
