"""Encrypted columns: the database holds SM4-GCM bytes, Python sees text (G2)."""

from typing import Any

from django.db import models

from ankang.trust.keyring import keyring


class EncryptedTextField(models.BinaryField):
    """Text stored as key id 1 | nonce 12 | ciphertext | tag 16, bound to ``label`` (table and column).

    It cannot be searched or sorted; keep a blind index column beside it for exact look-up.
    """

    def __init__(self, *args: Any, room: str, label: str, **kwargs: Any) -> None:
        self.room, self.label = room, label
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "room": self.room, "label": self.label}

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = keyring().seal(self.room, value.encode(), self.label)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        return keyring().unseal(self.room, bytes(value), self.label).decode()

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: Any) -> str:
        return "(encrypted)"
