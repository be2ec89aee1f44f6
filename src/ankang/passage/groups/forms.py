"""Forms of groups: every field has a size limit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .services import homes


class GroupForm(forms.Form):
    """A new group: whose, which, and what for; the members read the purpose."""

    organisation = forms.ModelChoiceField(label=_("organisation"), queryset=None)
    name = forms.CharField(label=_("name"), max_length=80)
    purpose = forms.CharField(label=_("purpose"), max_length=200)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = homes(by)  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "field-input"


class ListForm(forms.Form):
    """Members as pasted lines, or as a file."""

    lines = forms.CharField(max_length=40_000, required=False, widget=forms.Textarea)
    file = forms.FileField(max_length=200, required=False)


class JoinForm(forms.Form):
    """The group's code."""

    code = forms.CharField(max_length=40)
