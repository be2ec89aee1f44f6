"""``ankang doctor``."""

import json
import sys

import click

from ankang.cli.words import in_plain_words


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--settings", "only_settings", is_flag=True, help="Print every setting, its value and its meaning."
)
@in_plain_words()
def doctor(as_json: bool, only_settings: bool) -> None:
    """Say what is wrong, and what to do about it.

    Looks at the machine, the data folder, the port, the database, the keys, the phone pages and the gate's
    spool. Changes nothing. Exit code 1 when something is wrong.
    """
    if only_settings:
        _print_settings()
        return
    from ankang.config.settings import load_settings
    from ankang.site.doctor import examine
    from ankang.site.doctor.findings import State

    findings = examine(load_settings())
    wrong = [finding for finding in findings if finding.state is State.WRONG]
    if as_json:
        click.echo(
            json.dumps(
                {"healthy": not wrong, "findings": [f.as_dict() for f in findings]},
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        for finding in findings:
            click.echo(finding.as_text(colour=sys.stdout.isatty()))
        click.echo(f"\n{_count(len(wrong))}")
    sys.exit(1 if wrong else 0)


def _count(wrong: int) -> str:
    if wrong == 0:
        return "Nothing is wrong."
    return "One thing is wrong." if wrong == 1 else f"{wrong} things are wrong."


def _print_settings() -> None:
    from ankang.config.postgres import without_password
    from ankang.config.settings import Settings, load_settings

    settings = load_settings()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if name == "database_url" and value:
            value = without_password(value)
        shown = (
            {None: "(not set)", True: "1", False: "0"}.get(value, value)
            if not isinstance(value, int) or isinstance(value, bool)
            else value
        )
        click.echo(f"ANKANG_{name.upper()}={shown}\n    {field.description}")
