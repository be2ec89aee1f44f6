"""The tests of the scenes import models at the top: Django must be up before they are collected."""

import django
from django.conf import settings

django.setup()
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

from tests.people.conftest import applied, in_english, ningguo  # noqa: E402

__all__ = ["applied", "in_english", "ningguo"]
