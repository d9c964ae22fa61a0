"""What was just done, said once at the edge of the page, with 撤销 where it can be taken back."""

from __future__ import annotations

from typing import Literal

from django.contrib import messages
from django.http import HttpRequest

_LEVELS = {
    "success": messages.SUCCESS,
    "info": messages.INFO,
    "warning": messages.WARNING,
    "danger": messages.ERROR,
}
Level = Literal["success", "info", "warning", "danger"]


def say(request: HttpRequest, words: str, *, level: Level = "success", undo: str = "") -> None:
    """Say it on the next page that is drawn. `undo`: an address of ours that takes it back when posted to."""
    messages.add_message(request, _LEVELS[level], words, extra_tags=undo)
