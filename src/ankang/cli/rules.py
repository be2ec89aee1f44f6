"""``ankang rules``: the rulebook of this house from the command line. It reads; publishing goes through two people."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ankang.cli.standing import prepared
from ankang.cli.words import in_plain_words

_LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Words in this language.")


@click.group()
def rules() -> None:
    """The colour rules: list, read, check, compare and verify versions.

    A VERSION is name/number (anhui-2022-01/2), a number alone (the newest name that has it), `now`, or a shipped set's name.
    """


@rules.command("list")
@in_plain_words()
def list_rules() -> None:
    """Every version: state, moment of effect, author. The one in force has an arrow."""
    with prepared():
        from ankang.health.models import RuleRelease
        from ankang.health.services.rulebook import release_at

        current = release_at(datetime.now(UTC)).pk
        for one in RuleRelease.objects.defer("text").order_by("pk"):
            since = f"{one.effective_at.astimezone():%Y-%m-%d %H:%M}" if one.effective_at else "-"
            mark = "->" if one.pk == current else "  "
            click.echo(f"{mark} {one.name}/{one.version:<4} {one.state:<10} {since:<16}  {one.author_name}")


@rules.command()
@click.argument("version", default="now")
@click.option("--toml", is_flag=True, help="The whole text instead of the table.")
@_LANG
@in_plain_words()
def show(version: str, toml: bool, lang: str) -> None:
    """Print the rules of VERSION in words: what turns a person, and how it ends."""
    with prepared():
        text = _text_of(version)
    if toml:
        click.echo(text, nl=False)
        return
    from ankang.core.rules import load
    from ankang.core.rules.sentences import in_one_line

    rule_set = load(text)
    click.echo(f"{rule_set.name}  {rule_set.file.title.word(lang)}")
    for rule in rule_set.rules:
        click.echo(f"{rule.id}\n    {in_one_line(rule, lang)}")


@rules.command()
@click.argument("file", type=click.File("rb"))
@_LANG
@in_plain_words()
def check(file: Any, lang: str) -> None:
    """Check FILE as a submission would: schema, sense, province, worked examples."""
    with prepared():
        from ankang.core.rules.findings import in_chinese
        from ankang.health.services.rule_texts import LARGEST, check_text, province, read_text

        checked = check_text(read_text(file.read(LARGEST + 1)), province())
    for warning in checked.warnings:
        click.echo(f"! {in_chinese(warning) if lang == 'zh' else warning}")
    for fault in checked.faults:
        where = ": ".join(part for part in (fault.label, fault.place) if part)
        click.echo(f"{where}: {fault.said(lang)}" if where else fault.said(lang), err=True)
    if checked.faults or checked.rule_set is None:
        raise SystemExit(1)
    words = f"{checked.rule_set.name}: {len(checked.rule_set.rules)} rules are sound; {len(checked.examples)} examples come out as written."
    click.echo(words)


@rules.command()
@click.argument("old")
@click.argument("new")
@click.option("--lines", is_flag=True, help="Line by line instead of rule by rule.")
@_LANG
@in_plain_words()
def diff(old: str, new: str, lines: bool, lang: str) -> None:
    """What changes from OLD to NEW, each a version or a file."""
    with prepared():
        from ankang.health.services.rule_diffs import diff_lines, diff_releases

        one, other = _text_of(old), _text_of(new)
    if lines:
        click.echo("\n".join(diff_lines(one, other)))
        return
    for change in diff_releases(one, other):
        click.echo(f"{change.how:<8} {change.rule or 'header'}")
        for field in change.fields:
            click.echo(f"    {field.label.word(lang)}: {field.old.word(lang) or '-'} -> {field.new.word(lang) or '-'}")


@rules.command()
@click.argument("version", default="now")
@in_plain_words()
def verify(version: str) -> None:
    """Whether text, moment and signature of VERSION (`all`: of every approved one) fit; exit code 1 if not."""
    with prepared():
        from ankang.health.models import RuleRelease
        from ankang.health.services.release_lookup import verify_release

        chosen = (
            list(RuleRelease.objects.filter(state__in=RuleRelease.APPROVED).order_by("effective_at"))
            if version == "all"
            else [_release_of(version)]
        )
        broken = False
        for one in chosen:
            valid = verify_release(one)
            broken = broken or not valid
            click.echo(f"{one.name}/{one.version}: {'valid, key ' + str(one.kid) if valid else 'DOES NOT FIT'}")
    if broken:
        raise SystemExit(1)


def _text_of(version: str) -> str:
    from ankang.core.rules import shipped
    from ankang.health.services.rule_texts import LARGEST, read_text
    from ankang.health.services.rulebook import shipped_text

    if version in shipped():
        return shipped_text(version)
    path = Path(version)
    if path.is_file():
        with path.open("rb") as file:
            return read_text(file.read(LARGEST + 1))
    return str(_release_of(version).text)


def _release_of(version: str) -> Any:
    from ankang.health.models import RuleRelease
    from ankang.health.services.rulebook import release_at

    if version == "now":
        return release_at(datetime.now(UTC))
    name, _slash, number = version.rpartition("/")
    if not (number.isascii() and number.isdigit()):
        raise click.ClickException(f"{version} is no version, no shipped set and no file; `ankang rules list` shows the versions.")
    found = RuleRelease.objects.filter(version=int(number), **({"name": name} if name else {})).order_by("-pk").first()
    if found is None:
        raise click.ClickException(f"There is no version {version}; `ankang rules list` shows what there is.")
    return found
