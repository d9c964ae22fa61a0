"""What the front-end build made: entries and their files, by Vite's manifest."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from zhuanmai.core.errors import NotFound

PREFIX = "built/"  # where settings.STATICFILES_DIRS puts the folder under STATIC_URL
_DIGEST_IN_NAME = re.compile(r"/built/assets/[^/]+-[\w-]{8}\.\w+$")  # as Vite names files
BUILT = Path(__file__).resolve().parents[1] / "assets" / "built"


@dataclass(frozen=True)
class Entry:
    """An entry of the build: script, style sheets, modules loaded at once (paths under built/)."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


def entry(name: str) -> Entry:
    """The built entry with this name. Raises NotFound (not_built) before `zhuanmai build` has run."""
    manifest = _manifest(_stamp())
    found = next((item for item in manifest.values() if item.get("isEntry") and item.get("name") == name), None)
    if found is None:
        raise NotFound("not_built", f"前端尚未构建（{name}）；请运行 zhuanmai build。", status=503)
    styles: list[str] = []
    preloads: list[str] = []
    _gather(manifest, found, styles, preloads, set())
    return Entry(found["file"], tuple(dict.fromkeys(styles)), tuple(dict.fromkeys(preloads)))


def sprite() -> str:
    """The icon sprite's path under built/; empty before `zhuanmai build` has run."""
    return str(_manifest(_stamp()).get("icons.svg", {}).get("file", ""))


def keep_for_good(headers: Any, _path: str, url: str) -> None:
    """Let browsers keep what carries a digest in its name (settings.SERVESTATIC_ADD_HEADERS_FUNCTION).

    ServeStatic's own test for such names knows Django's scheme only, and its middleware ignores another one.
    """
    if _DIGEST_IN_NAME.search(url):
        headers["Cache-Control"] = "max-age=31536000, public, immutable"


def _gather(
    manifest: dict[str, Any], item: dict[str, Any], styles: list[str], preloads: list[str], seen: set[str]
) -> None:
    styles.extend(item.get("css", ()))
    for key in item.get("imports", ()):
        if key not in seen:
            seen.add(key)
            preloads.append(manifest[key]["file"])
            _gather(manifest, manifest[key], styles, preloads, seen)


def _stamp() -> int:
    path = BUILT / ".vite" / "manifest.json"
    return path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=2)
def _manifest(stamp: int) -> dict[str, Any]:
    if not stamp:
        return {}
    found: dict[str, Any] = json.loads((BUILT / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    return found
