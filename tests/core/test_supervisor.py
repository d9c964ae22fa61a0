"""Who watches the database starts it again, and makes none anew in the place of one that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhuanmai.core import postgres
from zhuanmai.core.supervisor import Supervisor


@pytest.fixture
def lost(tmp_path: Path) -> Supervisor:
    """A platform whose home has vanished under it."""
    cluster = postgres.Cluster(tmp_path / "postgres", tmp_path / "run", tmp_path / "secrets" / "database")
    return Supervisor([], {}, tmp_path / "logs", cluster)


def test_a_database_whose_files_are_gone_is_not_made_anew(
    lost: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "stop", lambda cluster: None)
    lost.run()
    assert "files are gone" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_one_that_does_not_start_is_tried_at_longer_and_longer_times(
    lost: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def fails(cluster: postgres.Cluster) -> None:
        if len(waited) == 8:
            lost._stopping = True
        raise RuntimeError("lock file exists")

    monkeypatch.setattr(postgres, "is_made", lambda cluster: True)
    monkeypatch.setattr(postgres, "is_running", lambda cluster: False)
    monkeypatch.setattr(postgres, "start", fails)
    monkeypatch.setattr(postgres, "stop", lambda cluster: None)
    monkeypatch.setattr("zhuanmai.core.supervisor.time.sleep", lambda seconds: waited.append(seconds))
    lost.run()
    assert [seconds for seconds in waited if seconds != 0.3][:5] == [0, 1, 2, 3, 4]
