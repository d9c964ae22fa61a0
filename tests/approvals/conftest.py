"""The demo bureau of enforcement, for subjects that are none of its cases."""

from __future__ import annotations

from tests.enforcement.conftest import bureau

__all__ = ["bureau"]
