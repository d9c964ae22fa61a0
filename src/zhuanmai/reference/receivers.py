"""What this room does for others at start-up: it keeps the register of licensees."""

from __future__ import annotations

from zhuanmai.core import ports
from zhuanmai.reference.licensees import Register

ports.bind(ports.LicenceRegister, Register())  # type: ignore[type-abstract]
