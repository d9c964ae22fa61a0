"""Structured logs (JSON lines on standard error), without personal data: only ids, kinds, codes and times.

Every line of every logger passes here, and the errors that nobody caught: of an error its class and places are told,
not its message (`core.telling`); numbers of people are masked in what is left.
"""

from __future__ import annotations

import logging
import logging.config
import sys
import threading
from types import TracebackType
from typing import Any

import structlog

from zhuanmai.core.masking import masked_numbers
from zhuanmai.core.telling import told

_AS_THEY_ARE = frozenset({"exc_info", "_record", "_from_structlog"})
_NEVER = frozenset({"name", "id_no", "phone", "address", "password", "personal", "text", "body", "payload"})


def configure(options: dict[str, Any]) -> None:
    """Set up logging for the process. `options`: level (name), profile; the test profile logs warnings only."""
    level = "WARNING" if options.get("profile") == "test" else options.get("level", "INFO")
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        _without_personal_data,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_the_data_of_errors,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "procrastinate": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
                "pikepdf": {"level": "WARNING"},
                "pyhanko": {"level": "WARNING"},
                "pyhanko_certvalidator": {"level": "WARNING"},
                "fontTools": {"level": "ERROR"},
            },
        }
    )

    logging.raiseExceptions = False  # the log's own errors would print the error that was to be told, as it is
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException | None, _where: TracebackType | None) -> None:
    """An error that nobody caught ends a command or a thread: told as every other."""
    if error is not None and not isinstance(error, KeyboardInterrupt):
        logging.getLogger("zhuanmai").critical("uncaught %s", kind.__name__, exc_info=error)


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    _uncaught(found.exc_type, found.exc_value, found.exc_traceback)


def _without_personal_data(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    for key in _NEVER & event.keys():
        event[key] = "…"
    return {name: masked_numbers(value) if name not in _AS_THEY_ARE else value for name, value in event.items()}


def _without_the_data_of_errors(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """The error of a line as it may be told."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    event.pop("stack_info", None)
    return event
