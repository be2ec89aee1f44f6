"""The tests of this room import its models at the top: Django must be up before they are collected."""

import django
from django.conf import settings

django.setup()
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
