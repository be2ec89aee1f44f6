"""Law: every route states its permission, and staff without it are refused."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from ankang.base.permissions import PERMISSIONS, RESIDENT, ROLES, STAFF

STATED = {*PERMISSIONS, RESIDENT, STAFF, "public"}


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if entry.app_name not in ("admin", "ninja"):
                yield from _patterns(entry, address)
        elif not address.startswith("api/"):
            yield address, entry


def _pages() -> list[tuple[str, Any]]:
    return [(address, pattern.callback) for address, pattern in _patterns(get_resolver())]


def _console_pages() -> list[str]:
    """Addresses of our own pages in the console, with a number wherever they want something; not the way in and out."""
    pages = [address for address, view in _pages() if address.startswith("console/") and view.permission != "public"]
    return ["/" + re.sub(r"<[^>]+>", "1", address) for address in pages]


def _operations() -> list[tuple[str, Any]]:
    from ankang.site.api import api

    return [
        (f"{'/'.join(operation.methods)} {path}", operation.view_func)
        for _prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]


def test_every_page_states_its_permission() -> None:
    silent = [address for address, view in _pages() if getattr(view, "permission", None) not in STATED]
    assert _pages()
    assert silent == []


def test_every_api_operation_states_its_permission() -> None:
    silent = [name for name, view in _operations() if getattr(view, "permission", None) not in STATED]
    assert _operations()
    assert silent == []


def test_every_public_endpoint_says_why() -> None:
    views = [view for _, view in _pages() + _operations() if view.permission == "public"]
    assert views
    assert [view for view in views if not view.permission_reason.strip()] == []


def test_every_console_screen_states_its_permission() -> None:
    ours = {model: screen for model, screen in admin.site._registry.items() if model.__module__.startswith("ankang.")}
    silent = [model.__name__ for model, screen in ours.items() if getattr(screen, "permission", None) not in PERMISSIONS]
    assert ours
    assert silent == []


def test_permissions_are_sorted_and_each_is_held_by_some_role() -> None:
    held = frozenset().union(*ROLES.values())
    assert list(PERMISSIONS) == sorted(PERMISSIONS)
    assert held == set(PERMISSIONS)


@pytest.mark.django_db
def test_a_member_of_staff_without_duties_sees_no_screen(client: Any, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("nobody", password="a-long-enough-word", is_staff=True)
    client.force_login(user)
    answers = {
        model.__name__: client.get(f"/console/{model._meta.app_label}/{model._meta.model_name}/").status_code
        for model in admin.site._registry
        if model.__module__.startswith("ankang.")
    }
    assert set(answers.values()) == {403}


@pytest.mark.django_db
def test_a_stranger_sees_no_console_screen(client: Any) -> None:
    for model in admin.site._registry:
        answer = client.get(f"/console/{model._meta.app_label}/{model._meta.model_name}/")
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/console/login/")


@pytest.mark.django_db
def test_nobody_without_a_duty_opens_or_posts_to_a_page_of_the_console(client: Any, django_user_model: Any) -> None:
    pages = _console_pages()
    strangers = {page: (client.get(page).status_code, client.post(page).status_code) for page in pages}
    user = django_user_model.objects.create_user("nobody", password="a-long-enough-word", is_staff=True)
    client.force_login(user)
    idle = {page: (client.get(page).status_code, client.post(page).status_code) for page in pages}
    refused = {401, 403, 404, 405}  # 404: the address wants another shape of number
    assert pages
    assert {page: answer for page, answer in (strangers | idle).items() if not set(answer) <= refused} == {}
    assert {page for page, answer in idle.items() if 403 in answer} >= {"/console/approvals/", "/console/board/"}
