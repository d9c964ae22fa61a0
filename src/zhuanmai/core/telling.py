"""An error as logs and rows of failed work may tell it: what went wrong and where, nothing of what it went wrong with.

The message of an error often holds the data: the row that a constraint refused, the text that is no number, the file of
somebody. Only what is known to hold none is told: classes, SQLSTATE, names of constraints, tables and columns, codes of
our refusals, the system's words for its own errors, and the lines of the code.
"""

from __future__ import annotations

import traceback

from zhuanmai.core.masking import masked_numbers

_OF_THE_CODE = (ImportError, MemoryError, RecursionError)  # their messages name modules
_LONGEST = 200
_DIAGNOSED = ("constraint_name", "table_name", "column_name")


def described(error: BaseException) -> str:
    """One error in a line."""
    return ": ".join(filter(None, (_name(error), _words(error))))


def told(error: BaseException) -> str:
    """An error with the errors that it came of, each with the places in the code; without their data."""
    told_before: set[int] = set()
    parts: list[str] = []
    here: BaseException | None = error
    while here is not None and id(here) not in told_before:
        told_before.add(id(here))
        places = "".join(traceback.format_tb(here.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{places}{described(here)}")
        here = here.__cause__ or (None if here.__suppress_context__ else here.__context__)
    return "\n\n".join(reversed(parts))


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _words(error: BaseException) -> str:
    if code := getattr(error, "code", None):  # a refusal of ours, and what others number
        return str(code) if isinstance(code, (str, int)) else ""
    if state := getattr(error, "sqlstate", None):
        diagnosis = getattr(error, "diag", None)
        named = [f"{name} {found}" for name in _DIAGNOSED if (found := getattr(diagnosis, name, None))]
        return " ".join([f"SQLSTATE {state}", *named])
    if isinstance(error, OSError):
        return error.strerror or ""
    return masked_numbers(str(error))[:_LONGEST] if isinstance(error, _OF_THE_CODE) else ""
