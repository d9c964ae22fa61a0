"""The synthetic city: import tables with planted offences, and their truth in a folder of its own."""

from __future__ import annotations

from zhuanmai.sandbox.city.making import make_city
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.truth import City, Offence, Truth, open_truth

__all__ = ["City", "Offence", "Parameters", "Truth", "make_city", "open_truth"]
