"""Units and people: an officer made on a page or from a file, and the first administrators of a new bureau."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction

from zhuanmai.accounts import staff_files
from zhuanmai.accounts.invitations import issued
from zhuanmai.accounts.models import Grant, Invitation, Officer, Role, Unit, UnitKind
from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.queries import usable_keys
from zhuanmai.accounts.services import MAX_WORDS, check_apart, check_place
from zhuanmai.accounts.sessions import over_for
from zhuanmai.accounts.staff_files import OfficerRow, RefusedRow, Row, UnitRow
from zhuanmai.accounts.wording import required
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, NotAllowed, NotFound, Refused
from zhuanmai.ledger.services import append

FEWEST_ADMINS = 2


@dataclass
class Staff:
    """What came of files of units and officers: what was made, and the rows that were refused."""

    units: list[Unit] = field(default_factory=list)
    officers: list[Officer] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)

    @property
    def rows(self) -> list[Unit | Officer | Grant]:
        """Everything that was made."""
        return [*self.units, *self.officers, *self.grants]


@dataclass(frozen=True)
class Link:
    """A one-time link as it is handed out once: for whom, its secret, until when."""

    invitation: Invitation
    secret: str


def create_officer(*, actor: Officer, unit: Unit, row: OfficerRow) -> Officer:
    """Make an officer in a unit within the actor's scope. They have no role and no key yet.

    Raises NotAllowed, Refused (what staff_files.officer_row checks), Conflict (username_taken, certificate_taken).
    """
    require(actor, "accounts.edit_people", unit=unit)
    with transaction.atomic():
        made = _officer(row, unit)
        facts = {"account": made.username, "unit": unit.name}
        append(
            "accounts.officer_made", actor_id=actor.pk, object_kind="officer", object_id=made.pk, facts=facts,
            rows=[made],
        )  # fmt: skip
        return made


def set_active(*, actor: Officer, officer_id: uuid.UUID, active: bool, reason: str) -> Officer:
    """Stop someone who has left, or let them back; the sessions that they had are over, and stay so.

    Raises NotAllowed (own_account, not_allowed), Refused (reason_missing), Conflict (unchanged).
    """
    why = required(reason, field="reason", limit=MAX_WORDS, otherwise="请写明理由。")
    with transaction.atomic():
        person = Officer.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=officer_id).first()
        if person is None:
            raise NotFound("no_officer", "没有这名人员；请返回列表重新选择。")
        require(actor, "accounts.edit_people", unit=person.unit)
        if person.pk == actor.pk:
            raise NotAllowed("own_account", "不能停用自己；请另一名安全管理员办理。")
        if person.is_active is active:
            raise Conflict("unchanged", "该人员的状态已经改过；请刷新查看。")
        person.is_active = active
        person.save(update_fields=["is_active"])
        over_for(person)
        kind = "accounts.officer_resumed" if active else "accounts.officer_stopped"
        append(
            kind, actor_id=actor.pk, object_kind="officer", object_id=person.pk, facts={"reason": why}, rows=[person]
        )
        return person


def load_staff(*, units: Iterable[Row], officers: Iterable[Row], preview: bool = False) -> Staff:
    """Take rows of units and officers in; wrong rows are refused, the rest go in. `preview` leaves nothing behind.

    Roles in a row wait for a security administrator's confirmation.
    """
    with transaction.atomic():
        made = _taken(units, officers)
        if preview or not made.rows:
            transaction.set_rollback(preview)
            return made
        facts = {"units": len(made.units), "officers": len(made.officers)}
        append(
            "accounts.staff_loaded", actor_id=None, object_kind="bureau", object_id=made.rows[0].pk, facts=facts,
            rows=made.rows,
        )  # fmt: skip
        return made


def bootstrap(
    *,
    unit: UnitRow,
    admins: list[tuple[str, str]],
    units: Iterable[Row] = (),
    officers: Iterable[Row] = (),
    preview: bool = False,
) -> tuple[Staff, list[Link]]:
    """Make a new bureau's root unit and its first security administrators (account, name), each with a link.

    Raises Conflict (bootstrapped_already), Refused (two_admins, and what is wrong with unit or administrators).
    """
    if len({username for username, _ in admins}) < FEWEST_ADMINS:
        raise Refused("two_admins", "至少指定两名不同的安全管理员：岗位由一人授予、另一人确认。")
    with transaction.atomic():
        with connection.cursor() as cursor:  # two commands at once: the second sees the administrators of the first
            cursor.execute("lock table accounts_grant in share row exclusive mode")
        if Grant.objects.in_force().filter(role=Role.SECURITY_ADMIN).exists():
            raise Conflict("bootstrapped_already", "已有安全管理员；新增人员请在“单位与人员”页面办理。")
        root = Unit.objects.filter(code=unit.code).first()
        made = Staff() if root else Staff(units=[_unit(unit, None)])
        root = root or made.units[0]
        appointed = [_admin(row, root, made) for row in (staff_files.officer_row(_named(one, root)) for one in admins)]
        more = _taken(units, officers)
        made.units += more.units
        made.officers += more.officers
        made.grants += more.grants
        made.refused += more.refused
        facts = {
            "unit": root.name, "units": len(made.units), "officers": len(made.officers), "admins": len(appointed),
        }  # fmt: skip
        append(
            "accounts.bootstrapped", actor_id=None, object_kind="bureau", object_id=root.pk, facts=facts, rows=made.rows
        )
        links = [Link(*issued(one, issued_by=None)) for one in appointed if not usable_keys(one)]
        transaction.set_rollback(preview)
        return made, links


def renew_links() -> list[Link]:
    """New links for security administrators who have no usable key, for when the first ran out or a key was lost."""
    with transaction.atomic():
        appointed = Grant.objects.in_force().filter(role=Role.SECURITY_ADMIN).values("officer_id")
        people = Officer.objects.filter(is_active=True, pk__in=appointed)
        return [Link(*issued(one, issued_by=None)) for one in people if not usable_keys(one)]


def _named(admin: tuple[str, str], root: Unit) -> dict[str, str]:
    username, name = admin
    return {"username": username, "name": name, "unit_code": root.code}


def _admin(row: OfficerRow, root: Unit, made: Staff) -> Officer:
    """The administrator, appointed; someone of this account and name who is here already is taken."""
    person = Officer.objects.filter(username=row.username, name=row.name).first()
    if person is None:
        person = _officer(row, root)
        made.officers.append(person)
    made.grants.append(
        Grant.objects.create(
            officer=person, role=Role.SECURITY_ADMIN, unit=root, confirmed_at=now(), reason="设立时指定"
        )
    )
    return person


def _taken(units: Iterable[Row], officers: Iterable[Row]) -> Staff:
    made = Staff()
    for line, row in units:
        try:
            unit = staff_files.unit_row(row)
            parent = Unit.objects.filter(code=unit.parent_code).first() if unit.parent_code else None
            if unit.parent_code and parent is None:
                detail = f"没有上级单位 {unit.parent_code}；请把它列在前面。"
                raise Refused("parent_unknown", detail, field="parent_code")
            made.units.append(_unit(unit, parent))
        except Refused as refused:
            made.refused.append(RefusedRow("单位", line, refused.detail))
    for line, row in officers:
        try:
            person = staff_files.officer_row(row)
            home = Unit.objects.filter(code=person.unit_code).first()
            if home is None:
                raise Refused("unit_unknown", f"没有单位 {person.unit_code}；请先导入该单位。", field="unit_code")
            for role in person.roles:
                check_place(role, home)
                check_apart(role, person.roles)
            officer = _officer(person, home)
            made.officers.append(officer)
            made.grants += [
                Grant.objects.create(officer=officer, role=role, unit=home, reason="随人员名册导入")
                for role in person.roles
            ]
        except Refused as refused:
            made.refused.append(RefusedRow("人员", line, refused.detail))
    return made


def _unit(row: UnitRow, parent: Unit | None) -> Unit:
    if Unit.objects.filter(code=row.code).exists():
        raise Conflict("unit_known", f"单位 {row.code} 已存在。", field="code")
    if row.abbreviation and Unit.objects.filter(abbreviation=row.abbreviation).exists():
        raise Conflict("abbreviation_taken", f"简称 {row.abbreviation} 已被使用。", field="abbreviation")
    if row.kind in (UnitKind.CITY_BUREAU, UnitKind.DISTRICT_BUREAU) and not row.abbreviation:
        raise Refused("abbreviation_missing", "烟草专卖局须有文书字号的简称，如 厦烟。", field="abbreviation")
    return Unit.objects.create(
        code=row.code,
        name=row.name,
        kind=row.kind,
        parent=parent,
        abbreviation=row.abbreviation,
        district_code=row.district_code,
        address=row.address,
        phone=row.phone,
    )


def _officer(row: OfficerRow, unit: Unit) -> Officer:
    """A new officer without a password. The database decides between two who take the same account at once."""
    if Officer.objects.filter(username=row.username).exists():
        raise Conflict("username_taken", f"账号 {row.username} 已存在；请换一个。", field="username")
    if row.certificate_no and Officer.objects.filter(certificate_no=row.certificate_no).exists():
        raise Conflict("certificate_taken", f"执法证号 {row.certificate_no} 已登记在别人名下。", field="certificate_no")
    try:
        with transaction.atomic():
            return Officer.objects.create_user(
                row.username,
                name=row.name,
                unit=unit,
                certificate_no=row.certificate_no,
                certificate_valid_to=row.certificate_valid_to,
                phone=row.phone,
            )
    except IntegrityError:
        raise Conflict("username_taken", "账号或执法证号刚被登记；请刷新后重试。", field="username") from None
