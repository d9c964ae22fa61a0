"""The model between its weekly lessons: kept in a file under the platform's home, so that a daily run need not learn.

A file that is missing, broken or of another version only means that the run learns anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import pickle
from dataclasses import dataclass
from pathlib import Path

import joblib
import sklearn
import structlog
from django.conf import settings

from zhuanmai.alerts.daily.pictures import Past
from zhuanmai.alerts.model.features import NAMES, TOWARDS
from zhuanmai.alerts.model.prior import fingerprint
from zhuanmai.alerts.model.ranker import Ranker
from zhuanmai.alerts.model.training import Looks

LESSON_DAYS = 7
_FILES = 4
_MANNER = 2  # changes when a kept ranker would mean something else
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Kept:
    """A model, the day up to which it learned, the past findings that alerts are compared with, and its lessons."""

    learned_on: dt.date
    version: str
    ranker: Ranker
    past: Past
    looks: Looks


def version() -> str:
    """Changes when a kept model would read features otherwise than it learned them."""
    return hashlib.sha256(repr((_MANNER, NAMES, TOWARDS, fingerprint(), sklearn.__version__)).encode()).hexdigest()[:16]


def load(day: dt.date) -> Kept | None:
    """The newest model learned within the week up to a day, or None."""
    found = (_read(path) for path, age in _files(day) if age < LESSON_DAYS)
    return next((kept for kept in found if kept), None)


def looks_before(day: dt.date) -> Looks:
    """How shops looked before the visits that the newest model learned from; empty where there is none to read."""
    found = (_read(path) for path, _ in _files(day))
    return next((kept.looks for kept in found if kept), {})


def _files(day: dt.date) -> list[tuple[Path, int]]:
    """The files up to a day with their age in days, newest first."""
    found = []
    for path in sorted(_folder().glob("*.joblib"), reverse=True):
        try:
            age = (day - dt.date.fromisoformat(path.stem)).days
        except ValueError:
            continue
        if age >= 0:
            found.append((path, age))
    return found


def _read(path: Path) -> Kept | None:
    """What a file holds, if it can be read and would be understood today."""
    try:
        kept = joblib.load(path)
    except (OSError, EOFError, ValueError, KeyError, AttributeError, ImportError, pickle.UnpicklingError) as error:
        log.warning("alerts.model_unreadable", file=path.name, error=type(error).__name__)
        return None
    return kept if isinstance(kept, Kept) and kept.version == version() else None


def store(kept: Kept) -> None:
    """Keep a model and forget the oldest ones."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"draft-{os.getpid()}"
    joblib.dump(kept, draft)
    os.replace(draft, folder / f"{kept.learned_on}.joblib")
    for old in sorted(folder.glob("*.joblib"), reverse=True)[_FILES:]:
        old.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.HOME_DIR) / "models"
