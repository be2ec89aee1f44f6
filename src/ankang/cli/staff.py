"""``ankang staff``: invite the first administrators, list who works here, end somebody's access; the permissions in words."""

from datetime import UTC, datetime

import click

from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words


@click.group()
def staff() -> None:
    """Invite staff, list them, end their access. The console does the same for a security administrator."""


@staff.command()
@click.argument("name")
@click.option("--role", required=True, help="As `ankang staff roles` lists them.")
@click.option("--region", required=True, help="Code of the region, such as 341881.")
@click.option("--organisation", type=int, help="Number of the organisation to which the duty is limited.")
@click.option("--employer", type=int, help="Number of the organisation the person works for.")
@click.option("--phone", default="", help="Where the link goes.")
@click.option("--email", default="", help="Where the link goes.")
@in_plain_words()
def invite(
    name: str, role: str, region: str, organisation: int | None, employer: int | None, phone: str, email: str
) -> None:
    """Invite NAME and print the link, which works once, for three days."""
    with prepared():
        from django.conf import settings
        from django.db import transaction

        from ankang.base.errors import Problem
        from ankang.staff.services import invite as send

        duty = {"role": role, "region": region, "organisation": organisation, "employer": employer}
        try:
            with transaction.atomic():
                made = send(
                    name,
                    [duty],
                    None,
                    datetime.now(UTC),
                    email=email,
                    phone=phone,
                    public_url=settings.ANKANG_PUBLIC_URL,
                )
        except Problem as problem:
            raise click.ClickException(f"{problem.message('en')} {problem.details or ''}".strip()) from None
        click.echo(made.address(settings.ANKANG_PUBLIC_URL))


@staff.command(name="list")
@click.option("--all", "everybody", is_flag=True, help="Also those without access.")
@in_plain_words()
def list_(everybody: bool) -> None:
    """Print who works here: user name, state, duties."""
    with prepared():
        from ankang.staff.services import staff_for

        for user in staff_for(None).order_by("username"):
            if user.is_active or everybody:
                duties = ", ".join(f"{duty.role}@{duty.region_id}" for duty in user.duties.all())  # type: ignore[attr-defined]
                click.echo(f"{user.username:<24} {'access' if user.is_active else 'closed':<7} {duties or '-'}")


@staff.command()
@click.argument("username")
@click.option("--reason", required=True, help="Kept on the trail.")
@in_plain_words()
def deactivate(username: str, reason: str) -> None:
    """End USERNAME's access now: sessions, factors, links, duties."""
    with prepared():
        from django.contrib.auth.models import User
        from django.db import transaction

        from ankang.base.errors import Problem
        from ankang.staff.services import deactivate as end

        found = User.objects.filter(username=username, is_staff=True).first()
        if found is None:
            raise click.ClickException(f"Nobody here is called {username}.")
        try:
            with transaction.atomic():
                end(found.pk, None, datetime.now(UTC), reason=reason)
        except Problem as problem:
            raise click.ClickException(f"{problem.message('en')} {problem.details or ''}".strip()) from None
        click.echo(f"{username} has no access any more.")


@staff.command()
def roles() -> None:
    """Print the roles and what each may do."""
    from ankang.base.permissions import ROLES

    for role, held in sorted(ROLES.items()):
        click.echo(f"{role:<24} {', '.join(sorted(held))}")


@staff.command()
@in_plain_words()
def permissions() -> None:
    """Print docs/permissions.md, the table of roles and permissions, from the code."""
    with prepared():
        from ankang.staff.matrix import permissions_document

        click.echo(permissions_document(), nl=False)
