"""How forms are drawn: label above, help below, the error in words under its field."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class ShellRenderer(TemplatesSetting):
    """Draws `{{ form }}` and `{{ field.as_field_group }}` with the shell's templates (settings.FORM_RENDERER)."""

    form_template_name = "core/_form.html"
    field_template_name = "core/_field.html"
