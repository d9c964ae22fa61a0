"""Forms of the lake's pages: files to hand in, a quarantined row to put right, the reason for a look."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhuanmai.lake import masking
from zhuanmai.lake.quarantine import Row
from zhuanmai.lake.schema import TABLES
from zhuanmai.reference.forms import RefusingForm


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class _Files(forms.FileField):
    """Several files at once; cleaned to a list."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each file by the rules of one."""
        return [super(_Files, self).clean(one, initial) for one in data or [None]]


class UploadForm(RefusingForm):
    """Files for the lake."""

    file = _Files(
        label=gettext_lazy("Files to import"),
        widget=_FilesInput({"multiple": True, "accept": ".csv,.xlsx,.parquet"}),
        help_text=gettext_lazy(
            "CSV (UTF-8), XLSX (first sheet) or Parquet, the headings in the first row. "
            "The name begins with the table's name, as orders-2018-04.csv."
        ),
    )


class UnmaskForm(RefusingForm):
    """Why personal data is looked at."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class RowForm(RefusingForm):
    """A quarantined row by column. A masked value that is left empty stays as it is."""

    def __init__(self, row: Row, *, full: bool, data: Any = None) -> None:
        super().__init__(data)
        self.row, self.full = row, full
        table = TABLES[row.table]
        for name in row.columns:
            column = table.column(name)
            value = (row.values or {}).get(name, "")
            hidden = masking.hides(column, value) and not full
            needed = column.key and not hidden
            field = forms.CharField(label=name, required=needed, initial="" if hidden else value)
            field.widget.attrs["class"] = "form-control"
            if hidden:
                shown = masking.masked(column, value)
                field.help_text = _("Masked (%(shown)s); leave empty to keep it.") % {"shown": shown}
            if name == row.column:
                field.help_text = f"{row.words}{field.help_text}"
            self.fields[name] = field

    @property
    def wanted(self) -> dict[str, str]:
        """The row as it is to go in."""
        was = self.row.values or {}
        table = TABLES[self.row.table]
        given = {name: str(self.cleaned_data.get(name, "")) for name in self.row.columns}
        if self.full:
            return given
        return {
            name: value or (was.get(name, "") if masking.hides(table.column(name), was.get(name, "")) else "")
            for name, value in given.items()
        }
