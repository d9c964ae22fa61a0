"""Proves: after errors of every kind no log, and no row that tells of what failed, has a secret, a name or a number."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pydantic
import pytest
import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.accounts.conftest import People, people  # noqa: F401
from zhuanmai.accounts import session_views
from zhuanmai.accounts.models import Officer
from zhuanmai.core import confined, logs, telling
from zhuanmai.core import postgres as database
from zhuanmai.core.errors import Refused
from zhuanmai.core.one_by_one import one_by_one

NAME, NUMBER, PHONE, SECRET = "欧阳无痕", "350206197908178556", "13900004321", "wJalrXUtnFEMI-K7MDENG"
DATA = (NAME, NUMBER, PHONE, SECRET)
ALL = " ".join(DATA)
log = structlog.get_logger("tests.logs")


class Person(pydantic.BaseModel):
    """Something that is checked."""

    age: int


def row(**given: Any) -> Officer:
    """A row of somebody."""
    unit = Officer.objects.get(username="jia").unit
    return Officer.objects.create(**{"username": SECRET, "name": NAME, "phone": PHONE, "unit": unit, **given})


def twice() -> None:
    """A constraint that names the row."""
    row(certificate_no=NUMBER)
    row(username="other", certificate_no=NUMBER)


def too_long() -> None:
    """A text longer than its column."""
    row(name=ALL * 9)


def no_number() -> None:
    """A text where the database wants a number."""
    with connection.cursor() as cursor:
        cursor.execute("select %s::text::int", [ALL])


def lacking() -> None:
    """A row that lacks a column: the database prints the whole of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into accounts_officer (id, username, name, phone, password, pinyin, certificate_no, is_active) "
            "values (gen_random_uuid(), %s, %s, %s, %s, '', %s, true)", [SECRET, NAME, PHONE, SECRET, NUMBER],
        )  # fmt: skip


def in_the_statement() -> None:
    """A statement that has the value in itself, and does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(f"select 1/0 as a, '{ALL}' as b")


def checked() -> None:
    """A value that does not fit its shape."""
    Person(age=ALL)  # type: ignore[arg-type]


def chained() -> None:
    """An error of an error, the first with the value."""
    try:
        int(ALL)
    except ValueError as error:
        raise RuntimeError(f"{ALL} is no number") from error


def refused() -> None:
    """A refusal whose sentence names somebody."""
    raise Refused("of_somebody", f"{ALL}：不符")


def invalid() -> None:
    """A form's error."""
    raise ValidationError({"name": [ALL]})


def of_a_file() -> None:
    """A file that is called after somebody."""
    open(f"/nowhere/{ALL}")  # noqa: SIM115


def of_text() -> None:
    """Bytes that are no text: the error holds all of them."""
    (ALL.encode() + b"\xff").decode()


OF_THE_DATABASE = (twice, too_long, no_number, lacking, in_the_statement)
OF_THE_CODE = (
    checked, chained, refused, invalid, of_a_file, of_text, lambda: int(ALL), lambda: {}[ALL], lambda: json.loads(ALL),
    lambda: uuid.UUID(ALL), lambda: getattr(0, ALL),
)  # fmt: skip


def found_in(text: str) -> list[str]:
    """Which of the data stand in a text, as they are or as JSON writes them."""
    return [one for one in DATA if one in text or json.dumps(one)[1:-1] in text]


@pytest.fixture
def written() -> Iterator[Callable[[], str]]:
    """What is written to the log, as the service writes it."""
    root = logging.getLogger()
    (service,) = [one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(service.formatter)
    root.addHandler(handler)
    yield kept.getvalue
    root.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize("fails", OF_THE_DATABASE)
def test_errors_of_the_database_are_told_by_class_state_and_constraint(
    people: People,  # noqa: F811
    fails: Callable[[], None],
    written: Callable[[], str],
) -> None:
    try:
        with transaction.atomic():
            fails()
    except DatabaseError:
        log.exception("tests.failed")
        logging.getLogger("others").exception("failed", exc_info=True)
    text = written()
    assert text.count("SQLSTATE") == 2
    assert found_in(text) == []
    if fails is twice:
        assert "constraint_name accounts_officer_certificate table_name accounts_officer" in text
    told = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert all("test_logs.py" in one["exception"] for one in told)


@pytest.mark.parametrize("fails", OF_THE_CODE)
def test_errors_of_the_code_are_told_by_class_and_place(fails: Callable[[], None], written: Callable[[], str]) -> None:
    try:
        fails()
    except Exception as error:
        log.exception("tests.failed")
        log.error("tests.failed_again", exc_info=error)
        logging.getLogger("others").exception("failed")
        logs._uncaught(type(error), error, None)
        kind, words = type(error).__name__, telling.described(error)
    text = written() + words
    assert text.count("test_logs.py") >= 4
    assert kind in text
    assert found_in(text) == []


def test_what_is_not_caught_in_a_thread_or_a_command_is_told_as_every_other(written: Callable[[], str]) -> None:
    assert sys.excepthook is logs._uncaught
    assert not logging.raiseExceptions  # the log's own errors would print the error that was to be told, as it is
    try:
        refused()
    except Refused as error:
        logs._uncaught_in_thread(threading.ExceptHookArgs((Refused, error, None, None)))
    text = written()
    assert "of_somebody" in text
    assert found_in(text) == []


def test_numbers_in_words_of_a_line_are_masked_and_fields_of_people_left_out(written: Callable[[], str]) -> None:
    log.warning("tests.said", name=NAME, phone=PHONE, payload={"secret": SECRET}, of=[f"x {NUMBER}"], count=3)
    logging.getLogger("others").warning("Not Found: /x/%s/%s", NUMBER, PHONE)
    text = written()
    assert found_in(text) == []
    assert '"count": 3' in text


@pytest.mark.django_db
def test_a_page_that_breaks_and_many_things_done_one_by_one(
    people: People,  # noqa: F811
    written: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(*_: Any) -> None:
        raise ValueError(ALL)

    monkeypatch.setattr(session_views, "shown", breaks)
    client = Client(raise_request_exception=False)
    client.force_login(people["jia"])
    assert client.get("/me/sessions").status_code == 500
    person = row(certificate_no=NUMBER)
    assert one_by_one([person], breaks, event="tests.failed") == [person]
    text = written()
    assert len([one for one in text.splitlines() if one.endswith('ValueError"}') or '\\nValueError"' in one]) == 2
    assert str(person.pk) in text
    assert found_in(text) == []


def test_a_confined_process_tells_nothing_of_the_file(written: Callable[[], str]) -> None:
    with pytest.raises(RuntimeError) as failed:
        confined.run("tests.core.test_confined:spoilt", ALL.encode(), seconds=5, megabytes=900)
    log.error("tests.failed", exc_info=failed.value)
    assert "ValueError" in str(failed.value)
    assert found_in(str(failed.value) + written()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not settings.EMBEDDED, reason="a server of one's own has its own configuration")
def test_the_log_of_the_embedded_server_has_no_statement_and_no_value(people: People) -> None:  # noqa: F811
    kept = database.cluster_of(settings.HOME_DIR).data.parent / "postgres.log"
    before = kept.stat().st_size
    for fails in OF_THE_DATABASE:
        with pytest.raises(DatabaseError), transaction.atomic():
            fails()
    with kept.open("rb") as lines:
        lines.seek(before)
        assert found_in(lines.read().decode("utf-8", "replace")) == []
    with connection.cursor() as cursor:
        cursor.execute("select name, setting from pg_settings where name like 'log_%%'", [])
        has = dict(cursor.fetchall())
    assert (has["log_error_verbosity"], has["log_min_error_statement"], has["log_min_messages"]) == (
        "terse",
        "panic",
        "log",
    )
    assert (has["log_statement"], has["log_min_duration_statement"]) == ("none", "-1")
