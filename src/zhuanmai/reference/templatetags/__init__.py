"""Filters for templates of this room."""
