"""Locks of this room: held to the transaction's end, always taken document before address before phone, so that none can circle."""

from django.db import connection


def lock_document(blind: bytes) -> None:
    """Let one application at a time decide about a document."""
    _lock(b"d" + blind)


def lock_phone(blind: bytes) -> None:
    """Let one transaction at a time decide about a phone number."""
    _lock(b"p" + blind)


def lock_address(blind: bytes) -> None:
    """Let one wrong claim at a time be counted against an address."""
    _lock(b"a" + blind)


def _lock(name: bytes) -> None:
    number = int.from_bytes(name[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
