"""What the installation keeps is closed to other users of the machine: masked when it is made, mended at a start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from zhuanmai.core import checks, files, private
from zhuanmai.core.checks import Health


@pytest.fixture
def open_home(tmp_path: Path, settings: Any) -> Path:
    """A home as an older version left it: everybody reads."""
    home = tmp_path / "home"
    with private.for_everybody():
        for folder in ("files/ab", "lake/orders", "logs"):
            (home / folder).mkdir(parents=True)
            (home / folder / "one").write_text("x")
    (home / "logs" / "one").chmod(0o666)
    (home / "elsewhere").symlink_to("/etc/hostname")
    settings.HOME_DIR, settings.LAKE_DIR, settings.FILES_DIR = home, home / "lake", home / "files"
    return home


def test_what_lies_open_is_named_and_closed(open_home: Path) -> None:
    finding = checks.own_places_are_closed()
    assert (finding.health, "等 9 处" in finding.words) == (Health.BAD, True), finding.words
    before = Path("/etc/hostname").stat().st_mode
    checks.close_own_places()
    assert list(private.lying_open([open_home])) in ([], [open_home]), "the database's group may pass through"
    assert (open_home / "files" / "ab" / "one").stat().st_mode & 0o777 == 0o600
    assert open_home.stat().st_mode & 0o767 == 0o700
    assert Path("/etc/hostname").stat().st_mode == before
    assert checks.own_places_are_closed().health is Health.GOOD


@pytest.mark.parametrize("mode, is_open", [(0o700, False), (0o710, False), (0o711, True), (0o730, True), (0o750, True)])
def test_a_group_may_pass_and_nothing_more(tmp_path: Path, mode: int, is_open: bool) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(mode)
    group = home.stat().st_gid
    assert list(private.lying_open([home], passing=group)) == [home] * is_open
    assert list(private.lying_open([home])) == [home] * (mode != 0o700)


def test_what_a_process_makes_is_its_own(open_home: Path) -> None:
    digest = files.store(b"a photograph")
    path = files.path_of(digest)
    assert [one.stat().st_mode & 0o777 for one in (path, path.parent)] == [0o600, 0o700]
    with private.for_everybody():
        (open_home / "style.css").touch()
    assert (open_home / "style.css").stat().st_mode & 0o777 == 0o644
    assert os.umask(private.OTHERS) == private.OTHERS
