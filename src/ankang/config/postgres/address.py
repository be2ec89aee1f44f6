"""The database's address: one text that psycopg, asyncpg and Django all understand."""

from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ankang.config.postgres.faults import DatabaseFault
from ankang.config.settings import Settings
from ankang.config.sockets import fits, short_folder

ROLE = "ankang"
DATABASE = "ankang"
SOCKET_NAME = ".s.PGSQL.5432"


def cluster_folder(data: Path) -> Path:
    """Where the embedded PostgreSQL keeps its files."""
    return data / "postgres"


def password_file(data: Path) -> Path:
    """The generated password of the role ``ankang``, mode 0600."""
    return data / "keys" / "postgres.password"


def socket_folder(data: Path) -> Path:
    """The folder of the embedded PostgreSQL's socket: its own, or a short one when that path is too long."""
    folder = cluster_folder(data)
    return folder if fits(folder / SOCKET_NAME) else short_folder(data, "db")


def database_url(settings: Settings) -> str:
    """``postgresql://…`` of the operator's database, or of the embedded one (which need not be running).

    Before the embedded database was first made there is no password yet, and the address has none.
    """
    if settings.database_url:
        return settings.database_url
    try:
        password = password_file(settings.data).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        password = ""
    except PermissionError as error:
        raise DatabaseFault(
            f"{password_file(settings.data)} belongs to another user of this machine."
        ) from error
    account = f"{ROLE}:{password}" if password else ROLE
    return f"postgresql://{account}@/{DATABASE}?host={quote(str(socket_folder(settings.data)), safe='')}"


def connection_params(url: str) -> dict[str, str]:
    """The parts of an address under libpq's names: ``host``, ``port``, ``user``, ``password``, ``dbname``, …

    Made for ``psycopg.connect(**params)``. Raises DatabaseFault for an address that is not PostgreSQL's.
    """
    try:
        parts = urlsplit(url)
        found = {"host": parts.hostname, "port": str(parts.port) if parts.port else None}
    except ValueError as error:
        raise DatabaseFault(
            "ANKANG_DATABASE_URL is not an address; write postgresql://user:password@host:5432/name"
        ) from error
    if parts.scheme not in ("postgresql", "postgres"):
        raise DatabaseFault("ANKANG_DATABASE_URL must begin with postgresql://")
    found |= {"user": parts.username, "password": parts.password, "dbname": parts.path.lstrip("/")}
    params = {name: unquote(value) for name, value in found.items() if value}
    return params | dict(parse_qsl(parts.query))


def django_database(url: str) -> dict[str, object]:
    """The same address as one entry of Django's ``DATABASES``."""
    params = connection_params(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    entry: dict[str, object] = {key: params.pop(name, "") for key, name in names.items()}
    return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": dict(params)}


def without_password(url: str) -> str:
    """The address as it may be shown on a screen."""
    password = urlsplit(url).password
    return url.replace(f":{password}@", "@", 1) if password else url
