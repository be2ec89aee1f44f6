"""Errors in plain words: one sentence for the operator, a traceback only with ``ANKANG_DEBUG=1``."""

import contextlib
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import click

WRITTEN_FOR_OPERATORS = frozenset(
    {
        "DatabaseFault",
        "GaveUp",
        "HouseFault",
        "NoDemonstration",
        "NotRunning",
        "Occupied",
        "RootKeyExposed",
        "RootKeyMissing",
        "SocketFolderTaken",
    }
)
"""Errors of ours whose text is a sentence for the operator."""


class PieceMissing(click.ClickException):
    """A part of the product is not installed."""


def piece(module: str, name: str) -> Any:
    """Something of another room, imported when it is needed; a missing one is said in words."""
    try:
        return getattr(import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        if debugging() or (isinstance(error, ModuleNotFoundError) and not _ours(error, module)):
            raise
        raise PieceMissing(
            f"This installation has no {module}.{name}; run `make run` in a full copy."
        ) from error


@contextlib.contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn whatever goes wrong inside the block into one sentence and exit code 1."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
        raise
    except KeyboardInterrupt:
        raise click.Abort from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except Exception as error:
        if debugging():
            raise
        raise click.ClickException(sentence(error)) from error


def sentence(error: Exception) -> str:
    """What went wrong, for a reader who has not written this program."""
    kind = type(error)
    if kind.__module__.startswith("ankang.") and kind.__name__ in WRITTEN_FOR_OPERATORS:
        return str(error)
    if kind.__name__ == "ValidationError" and kind.__module__.startswith("pydantic"):
        return _settings_sentence(error)
    if kind.__module__.startswith(("psycopg", "django.db", "asyncpg")):
        return f"The database refused: {_first_line(error)} (`ankang doctor` looks closer.)"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    if isinstance(error, ModuleNotFoundError):
        return f"The package {error.name} is not installed; run `make run`, which installs everything."
    return f"{kind.__name__}: {_first_line(error)} (ANKANG_DEBUG=1 shows where.)"


def debugging() -> bool:
    """Whether the operator wants tracebacks."""
    return os.environ.get("ANKANG_DEBUG", "").lower() in ("1", "true", "yes", "on")


def _settings_sentence(error: Any) -> str:
    faults = [
        f"ANKANG_{str(f['loc'][0]).upper()}: {f['msg'].lower()} (not {f['input']!r})" for f in error.errors()
    ]
    return f"A setting cannot be used. {'; '.join(faults)}."


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no further message"])[0]


def _ours(error: ModuleNotFoundError, module: str) -> bool:
    """Whether the missing module is the piece itself rather than something it needs."""
    return bool(error.name) and (module == error.name or module.startswith(f"{error.name}."))
