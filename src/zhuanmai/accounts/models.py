"""What is kept: units as a tree, officers, grants of roles (two people each), delegations, keys, and signings."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.clock import now, today
from zhuanmai.core.ids import new_id
from zhuanmai.core.models import Base
from zhuanmai.core.once import once


class UnitKind(models.TextChoices):
    """What a unit is. Bureaus decide and number documents; the others belong to one."""

    CITY_BUREAU = "city_bureau", _("City bureau")
    DISTRICT_BUREAU = "district_bureau", _("District bureau")
    DEPARTMENT = "department", _("Department")
    BRIGADE = "brigade", _("Enforcement brigade")
    SQUAD = "squad", _("Squad")


class Role(models.TextChoices):
    """What an officer is appointed to, for one unit."""

    OFFICER = "officer", _("Officer")
    SQUAD_LEADER = "squad_leader", _("Squad leader")
    DEPARTMENT_HEAD = "department_head", _("Department head")
    LEGAL_HEAD = "legal_head", _("Legal head")
    BUREAU_HEAD = "bureau_head", _("Bureau head")
    LEGAL_REVIEWER = "legal_reviewer", _("Legal reviewer")
    CERTIFICATE_CLERK = "certificate_clerk", _("Certificate clerk")
    VALUER = "valuer", _("Valuer")
    ANALYST = "analyst", _("Analyst")
    REFERENCE_EDITOR = "reference_editor", _("Reference editor")
    AUDITOR = "auditor", _("Auditor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")


class Unit(Base):
    """A unit (单位). `abbreviation` (厦湖烟) begins the numbers of a bureau's documents and is unique."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=UnitKind)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    abbreviation = models.CharField(max_length=12, blank=True)
    district_code = models.CharField(max_length=6, blank=True)
    address = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["abbreviation"], condition=~Q(abbreviation=""), name="accounts_unit_abbreviation"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["city_bureau", "district_bureau"]) | ~Q(abbreviation=""),
                name="accounts_unit_bureau_abbreviation",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_bureau(self) -> bool:
        """Whether the unit decides and numbers documents in its own name."""
        return self.kind in (UnitKind.CITY_BUREAU, UnitKind.DISTRICT_BUREAU)


class OfficerManager(BaseUserManager["Officer"]):
    """Finds officers by username for sign-in."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Officer:
        """Make an officer; without a password only a key signs in."""
        made = self.model(username=username, **fields)
        made.set_password(password)
        made.save(using=self._db)
        return made


class Officer(AbstractBaseUser):
    """A person of the bureau; the enforcement certificate is what they show before acting (行政处罚法 55)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    pinyin = models.CharField(max_length=80, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="officers")
    certificate_no = models.CharField(max_length=20, blank=True)
    certificate_valid_to = models.DateField(null=True)
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)  # one more: every session begun before is over for good
    is_demo = models.BooleanField(default=False)

    objects: ClassVar[OfficerManager] = OfficerManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_no"], condition=~Q(certificate_no=""), name="accounts_officer_certificate"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def may(self, permission: str, unit: Unit | None = None) -> bool:
        """Whether a permission is theirs (bound by accounts.permissions; templates ask through this)."""
        return bool(_may(self, permission, unit))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is compared with at each request (django.contrib.auth.get_user): password and epoch."""
        said = f"{self.password}|{self.session_epoch}"
        return salted_hmac("zhuanmai.accounts.session", said, secret=secret, algorithm="sha256").hexdigest()

    @property
    def has_key(self) -> bool:
        """Whether a usable key is registered (the top bar shows it)."""
        usable = self.keys.filter(revoked_at=None, approved_at__isnull=False)
        return once(("has key", self.pk), usable.exists)

    def certificate_is_valid(self, on: dt.date | None = None) -> bool:
        """Whether there is a certificate and it is valid on that day (today by default)."""
        if not self.certificate_no or self.certificate_valid_to is None:
            return False
        return self.certificate_valid_to >= (on or today())


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants, narrowed to those that count."""

    def in_force(self, on: dt.date | None = None) -> GrantQuerySet:
        """Confirmed by a second person, begun, neither ended nor revoked."""
        day = on or today()
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, revoked_at=None, confirmed_at__isnull=False
        )


class Grant(Base):
    """A role for a unit, given by one security administrator and confirmed by another, never to oneself."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=30, choices=Role)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    starts_on = models.DateField(default=today)
    ends_on = models.DateField(null=True)
    granted_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(granted_by=F("officer")), name="accounts_grant_not_to_oneself"),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("officer")), name="accounts_grant_not_confirmed_by_holder"
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None) | Q(confirmed_by=None) | ~Q(confirmed_by=F("granted_by")),
                name="accounts_grant_two_people",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="accounts_grant_period"
            ),
            models.UniqueConstraint(
                fields=["officer", "role", "unit"], condition=Q(revoked_at=None), name="accounts_grant_once"
            ),
        ]


class Delegation(Base):
    """A head's approvals for a dated period, to someone who does not investigate the case (checked per case)."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="delegations")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="accounts_delegation_period")
        ]


class Key(Base):
    """A personal key (一人一Key): a WebAuthn credential. A revoked one signs no more."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(max_length=60)
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()  # COSE
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    approved_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)
    failed_attempts = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(approved_by=F("officer")), name="accounts_key_not_approved_by_holder")
        ]

    @property
    def is_usable(self) -> bool:
        """Approved (a first key is by itself) and not revoked."""
        return self.approved_at is not None and self.revoked_at is None


class Invitation(Base):
    """A one-time link with which someone who has no usable key enrols one; kept is only the digest of its secret.

    One security administrator issues it, another approves it; the `bootstrap` command (issued by None) does both.
    """

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="invitations")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    issued_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(issued_by=F("officer")) & ~Q(approved_by=F("officer")),
                name="accounts_invitation_not_to_oneself",
            ),
            models.CheckConstraint(
                condition=Q(issued_by=None) | Q(approved_by=None) | ~Q(approved_by=F("issued_by")),
                name="accounts_invitation_two_people",
            ),
            models.UniqueConstraint(
                fields=["officer"], condition=Q(used_at=None, revoked_at=None), name="accounts_invitation_once"
            ),
        ]


class Guesses(models.Model):
    """How often a wrong password was given for a name in a row, whether or not anybody has an account of that name."""

    name_sha256 = models.CharField(primary_key=True, max_length=64)
    failed_attempts = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    at = models.DateTimeField(default=now)


class Session(AbstractBaseSession):
    """A session as its holder and administrators see it. Its key, which a cookie holds, is kept as its digest only."""

    session_key = models.CharField(primary_key=True, max_length=64)
    number = models.UUIDField(unique=True)  # by which it is named on pages
    officer = models.ForeignKey(Officer, null=True, on_delete=models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=60, blank=True)


class Challenge(Base):
    """A WebAuthn challenge that was given out: kept in the database so that any web process can take the answer."""

    officer = models.ForeignKey(Officer, null=True, on_delete=models.CASCADE)
    purpose = models.CharField(max_length=20)  # sign_in, enrol, sign
    challenge = models.BinaryField()
    manifest = models.JSONField(null=True)
    used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()


_NO_ITEM = {"document_id": "", "version": 0, "body_sha256": "", "role": "", "opinion": ""}


class Signing(Base):
    """One touch of the key over the documents of a stage: manifest and assertion, enough to verify it offline later."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="signings")
    key = models.ForeignKey(Key, on_delete=models.PROTECT)
    manifest = models.JSONField()
    authenticator_data = models.BinaryField()
    client_data = models.BinaryField()
    signature = models.BinaryField()
    public_key = models.BinaryField()
    rp_id = models.CharField(max_length=120)
    at = models.DateTimeField(default=now)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    @property
    def purpose(self) -> dict[str, Any]:
        """What the touch was asked for, as the manifest has it; empty where it says nothing (it may be forged)."""
        found = self.manifest.get("purpose") if isinstance(self.manifest, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def items(self) -> list[dict[str, Any]]:
        """What was signed, as the manifest has it; what it lacks is empty (it may be forged)."""
        found = self.manifest.get("items") if isinstance(self.manifest, dict) else None
        listed = found if isinstance(found, list) else []
        return [_NO_ITEM | one for one in listed if isinstance(one, dict)]


class Preference(models.Model):
    """What an officer chose for themselves: theme, language, saved views."""

    officer = models.OneToOneField(Officer, primary_key=True, on_delete=models.CASCADE)
    values = models.JSONField(default=dict)


def _no_permission(_officer: Officer, _permission: str, _unit: Unit | None) -> bool:
    return False


_may: Any = _no_permission


def bind_permissions(may: Any) -> None:
    """Called once by accounts.permissions, which knows the rule and imports these models."""
    global _may
    _may = may
