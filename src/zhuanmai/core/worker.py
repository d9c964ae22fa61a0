"""The job worker's app: every room's tasks module is imported when Django is ready."""

from __future__ import annotations

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Called once by procrastinate after the rooms' tasks are loaded; the app keeps its defaults."""
    app.perform_import_paths()
