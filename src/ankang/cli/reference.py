"""``ankang reference``: the reference of the API as files, from the code alone."""

from pathlib import Path

import click

from ankang.cli.standing import code_alone
from ankang.cli.words import in_plain_words


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("build/docs"))
@in_plain_words()
def reference(folder: Path) -> None:
    """Write index.html, openapi.json and errors.md of the API to FOLDER."""
    with code_alone():
        from ankang.site.api_reference import write

        write(folder)
    for file in sorted(folder.iterdir()):
        click.echo(f"{file.stat().st_size:>9}  {file}")
