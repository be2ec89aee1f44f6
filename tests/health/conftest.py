"""The tests of this room import its models at the top: Django must be up before they are collected."""

import django

django.setup()
