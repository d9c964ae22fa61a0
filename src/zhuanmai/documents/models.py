"""What is kept: documents with their numbers, versions (never changed, only followed), signatures, sets made."""

from __future__ import annotations

import functools
import operator
import secrets

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core.models import Base, Waits


def _never_deleted() -> pgtrigger.Protect:
    return pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)


def _changed(*columns: str) -> pgtrigger.Q:
    """Whether any of these columns changes."""
    conditions = [pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in columns]
    return functools.reduce(operator.or_, conditions)


def new_token() -> str:
    """The unguessable part of a verification address (128 bits)."""
    return secrets.token_urlsafe(16)


class DocumentState(models.TextChoices):
    """Where a document stands."""

    PREPARED = "prepared", _("Waits for signatures")
    SEALED = "sealed", _("Sealed")
    VOID = "void", _("Void")


MOVES: list[tuple[str, str]] = [
    ("prepared", "sealed"),
    ("prepared", "void"),
    ("sealed", "prepared"),  # a correction is being made
    ("sealed", "void"),
]


class Document(Base):
    """A document of a subject (a case). `key` tells several of one kind apart (which evidence, which parent)."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6)
    key = models.CharField(max_length=60, blank=True)
    number = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, choices=DocumentState, default=DocumentState.PREPARED)
    version = models.PositiveIntegerField(default=1)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "key"],
                condition=~Q(state="void"),
                name="documents_document_once",
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="documents_document_number"),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="documents_document_of_subject")]
        triggers = [
            _never_deleted(),
            pgtrigger.ReadOnly(name="what_it_is", fields=["subject_kind", "subject_id", "unit", "kind", "key"]),
            pgtrigger.Protect(
                name="number_stays",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__number="") & _changed("number"),
            ),
            pgtrigger.FSM(name="lawful_moves", field="state", transitions=MOVES),
        ]


class Version(Base):
    """One version: its facts, the digest that signers sign, both files. `token` is in its QR code.

    `not_sealed`: why it could not be sealed when that was tried last.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    facts = models.JSONField()
    body_sha256 = models.CharField(max_length=64)
    template_version = models.CharField(max_length=20)
    page_count = models.PositiveIntegerField()
    unsigned_sha256 = models.CharField(max_length=64)
    sealed_sha256 = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    not_sealed = models.CharField(max_length=300, blank=True)
    superseded_at = models.DateTimeField(null=True)
    token = models.CharField(max_length=40, unique=True, default=new_token)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="documents_version_once")]
        triggers = [
            _never_deleted(),
            pgtrigger.ReadOnly(name="which_it_is", fields=["document", "number", "token"]),
            pgtrigger.Protect(
                name="sealed_stands",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__sealed_sha256="")
                & _changed(
                    "facts",
                    "body_sha256",
                    "template_version",
                    "page_count",
                    "unsigned_sha256",
                    "sealed_sha256",
                    "sealed_at",
                    "reason",
                ),
            ),
        ]


class SignatureBlock(Base):
    """A signature on a version: by key, drawn on the tablet, refused with its reason, or given on paper."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    officer = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    signing_id = models.UUIDField(null=True)
    drawing = models.CharField(max_length=64, blank=True)
    refusal = models.CharField(max_length=200, blank=True)
    paper_scan = models.CharField(max_length=64, blank=True)
    opinion = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "role", "officer"],
                condition=Q(voided_at=None, officer__isnull=False),
                name="documents_signature_of_officer_once",
            ),
            models.UniqueConstraint(
                fields=["version", "role", "name"],
                condition=Q(voided_at=None, officer=None),
                name="documents_signature_of_person_once",
            ),
        ]
        triggers = [
            _never_deleted(),
            pgtrigger.ReadOnly(name="only_voided", exclude=["voided_at", "void_reason"]),
            pgtrigger.Protect(
                name="void_for_good", operation=pgtrigger.Update, condition=pgtrigger.Q(old__voided_at__isnull=False)
            ),
        ]


class IssuedNumber(Base):
    """A document number: every number from 1 to the last is reserved, issued or void with its reason."""

    class State(models.TextChoices):
        """What became of a number."""

        RESERVED = "reserved", _("Reserved")
        ISSUED = "issued", _("Issued")
        VOID = "void", _("Void")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    word = models.CharField(max_length=8)
    year = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    text = models.CharField(max_length=60, unique=True)
    document_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["unit", "word", "year", "n"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "word", "year", "n"], name="documents_number_once"),
            models.CheckConstraint(condition=Q(n__gte=1), name="documents_number_from_one"),
            models.CheckConstraint(condition=~Q(state="void") | ~Q(reason=""), name="documents_number_void_reason"),
        ]
        triggers = [
            _never_deleted(),
            pgtrigger.ReadOnly(name="number_stays", exclude=["state", "reason"]),
            pgtrigger.FSM(
                name="lawful_moves",
                field="state",
                transitions=[("reserved", "issued"), ("reserved", "void"), ("issued", "void")],
            ),
        ]


class Making(Waits):
    """A set of papers that was asked for: of which subject, and what became of each paper (as `outcomes.Outcome`)."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    outcomes = models.JSONField(default=list)

    class Meta(Waits.Meta):
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-created_at"], name="documents_making_newest")]
