"""ankang places: lists of organisations and checkpoints from a file; ankang policies: what holds, and every version."""

from datetime import UTC, datetime
from pathlib import Path

import click

from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words


@click.group()
def places() -> None:
    """Organisations and checkpoints."""


@places.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what each row would do, and change nothing.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write the rows with faults here (CSV), to mend.")
@in_plain_words()
def import_places(file: Path, dry_run: bool, refused: Path | None) -> None:
    """Hand in a list (CSV, XLSX) of up to 100,000 rows. Rows with faults are left out; ends with 1 when there are any."""
    with prepared():
        from django.db import transaction

        from ankang.base.reading import as_csv
        from ankang.places.services.import_running import confirm_import, run_import
        from ankang.places.services.imports import check_import, refused_rows, take_import

        now = datetime.now(UTC)
        with transaction.atomic():
            batch = take_import(file.read_bytes(), file.name, None, now)
            batch = check_import(batch.pk, None, now)
            if refused and batch.counts.get("fault"):
                refused.write_bytes(b"".join(as_csv(refused_rows(batch, "zh"))))
            click.echo(f"{batch.state} {batch.fault} rows {batch.total} {batch.counts}".replace("  ", " "))
            if dry_run:
                transaction.set_rollback(True)
        if batch.state == "failed":
            raise click.exceptions.Exit(2)
        if not dry_run and (batch.counts.get("new") or batch.counts.get("change")):
            confirm_import(batch.pk, None, now)
            batch = run_import(batch.pk, None, now)
            click.echo(f"{batch.state} list {batch.pk} {batch.counts}")
        if batch.counts.get("fault"):
            raise click.exceptions.Exit(1)


@click.group()
def policies() -> None:
    """Who is admitted where: one set of policies for the province."""


@policies.command("show")
@click.option("--version", type=int, help="An approved version; left out: what is in force.")
@in_plain_words()
def show_policies(version: int | None) -> None:
    """The set as the text that was signed."""
    with prepared():
        from ankang.places.models import PolicyRelease
        from ankang.places.services.policy_book import base_text, policy_release_at

        release = policy_release_at(datetime.now(UTC))
        if version is not None:
            approved = PolicyRelease.objects.filter(state__in=PolicyRelease.APPROVED, version=version)
            release = approved.first()
            if release is None and version != 0:
                raise click.ClickException(f"There is no approved version {version}.")
        click.echo(base_text(release), nl=False)


@policies.command("list")
@in_plain_words()
def list_policies() -> None:
    """Every approved version with its moment, and whether its signature holds."""
    with prepared():
        from ankang.places.models import PolicyRelease
        from ankang.places.services.policy_book import verify_policies

        for one in PolicyRelease.objects.filter(state__in=PolicyRelease.APPROVED).order_by("effective_at"):
            assert one.effective_at is not None
            seal = "sealed" if verify_policies(one) else "SIGNATURE DOES NOT FIT"
            click.echo(f"{one.version}\t{one.state}\t{one.effective_at:%Y-%m-%dT%H:%M:%SZ}\t{seal}")


__all__ = ["places", "policies"]
