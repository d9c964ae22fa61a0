"""The partner of every bureau: the national system. Rooms register their own partners and kinds in the same way."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhuanmai.exchange.connectors import NATIONAL
from zhuanmai.exchange.partners import Partner, registry

registry.register(Partner("national", "国家局系统", _("National system"), NATIONAL))
