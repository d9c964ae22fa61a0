"""What accounts hands to the ground floor at start-up."""

from __future__ import annotations

from zhuanmai.accounts import preferences
from zhuanmai.accounts.refusals import RefusalNotes
from zhuanmai.core import ports


class KeptViews:
    """Saved views of lists, for the shell (core.ports.SavedViews)."""

    views_of = staticmethod(preferences.views_of)


ports.bind(ports.SavedViews, KeptViews())  # type: ignore[type-abstract]
ports.bind(ports.RefusalNotes, RefusalNotes())  # type: ignore[type-abstract]
