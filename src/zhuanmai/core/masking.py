"""Masked personal data, as lists and pages show it until someone with a reason unmasks it."""

from __future__ import annotations


def masked_name(name: str | None) -> str:
    """叶**: the first character of a person's name."""
    return f"{name[0]}**" if name else ""


def masked_id(number: str | None) -> str:
    """3502**********0175: the first four and the last four characters."""
    if not number:
        return ""
    return number if len(number) <= 8 else f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def masked_phone(number: str | None) -> str:
    """139****0000."""
    return f"{number[:3]}****{number[-4:]}" if number and len(number) >= 8 else (number or "")
