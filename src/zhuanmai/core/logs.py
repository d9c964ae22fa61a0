"""Structured logs (JSON lines on standard error), without personal data: only ids, kinds, codes and times."""

from __future__ import annotations

import logging
import logging.config
from typing import Any

import structlog

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
            structlog.processors.format_exc_info,
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


def _without_personal_data(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    for key in _NEVER & event.keys():
        event[key] = "…"
    return event
