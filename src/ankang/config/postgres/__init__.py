"""The embedded PostgreSQL: a real PostgreSQL 18 in the data folder; a fresh machine needs nothing but Python.

    with running(settings) as url:      # or: use = start(settings); use.url; use.leave()
        psycopg.connect(url)

It listens on a Unix socket only, asks for a generated password (SCRAM), and stops when its last user is gone.
"""

from ankang.config.postgres.address import connection_params, database_url, django_database, without_password
from ankang.config.postgres.faults import DatabaseFault
from ankang.config.postgres.server import PostgresUse, running, start

__all__ = [
    "DatabaseFault",
    "PostgresUse",
    "connection_params",
    "database_url",
    "django_database",
    "running",
    "start",
    "without_password",
]
