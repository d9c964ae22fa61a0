"""Roles in words."""

from __future__ import annotations

from django import template

from zhuanmai.accounts.models import Role

register = template.Library()


@register.filter
def role_words(role: str) -> str:
    """A role's name in the reader's language."""
    return str(Role(role).label)
