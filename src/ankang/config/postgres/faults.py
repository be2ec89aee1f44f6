"""What can go wrong with the embedded PostgreSQL, in words for the operator."""


class DatabaseFault(Exception):
    """The embedded PostgreSQL cannot do what was asked; the text is one sentence with a remedy."""
