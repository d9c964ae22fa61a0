"""Proves: no address takes a secret or a person's number: what stands in one lies in logs, histories and bookmarks."""

from __future__ import annotations

import re

from tests.core.walking import addresses
from zhuanmai.api import api
from zhuanmai.settings import PACKAGE

_PART = re.compile(r"<(?:\w+:)?(\w+)>")
_READ = re.compile(r"""(?:GET(?:\.get(?:list)?\(|\[)|\basked(?:_id)?\(request, )["'](\w+)["']""")
FORBIDDEN = re.compile(
    r"secret|passw|challenge|credential|session_key|id_?no|id_?number|phone|mobile|holder|certificate"
)
# What looks like one and is none.
HARMLESS = {
    "token",  # the check code that is printed on a paper for whoever holds it
}
# Words of a search may be anything: a page of results is kept by no browser, and the proxy's log has no query.
SEARCHED = {"q"}


def in_paths() -> set[str]:
    """The names of all parts of all addresses."""
    return {name for one in addresses() for name in _PART.findall(one.route)}


def in_queries() -> set[str]:
    """The names of all parameters: those that the API documents, and those that pages read."""
    documented = {
        one["name"]
        for operations in api.get_openapi_schema()["paths"].values()
        for operation in operations.values()
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    }
    return documented | {name for path in PACKAGE.rglob("*.py") for name in _READ.findall(path.read_text())}


def test_no_part_and_no_parameter_of_an_address_is_a_secret_or_a_persons_number() -> None:
    names = in_paths() | in_queries()
    assert {"case_id", "page", "q", "reason", "since"} <= names
    assert {name for name in names - HARMLESS - SEARCHED if FORBIDDEN.search(name)} == set()


def test_what_is_secret_is_posted() -> None:
    posted = {one.route for one in addresses() if one.methods == ("POST",) and "enrol" in one.route}
    assert posted == {"api/accounts/enrol/look", "api/accounts/enrol/begin", "api/accounts/enrol/finish"}
    assert [one.route for one in addresses() if one.route.startswith("enrol")] == ["enrol"]
