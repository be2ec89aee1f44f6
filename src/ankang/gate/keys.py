"""The keys a gate works with, opened from the tables: codes, credentials, places, epochs, day pseudonyms."""

from collections.abc import Mapping

from ankang.config.keys import RootKey
from ankang.core.codes import day_mac_key
from ankang.core.credentials import Credential, CredentialFault, CredentialKeys
from ankang.core.epochs import day_of, master_at
from ankang.core.gate_names import gate_names_key
from ankang.core.permutation import SIZE, SpacePermutation, epoch_permutation, permanent_key
from ankang.core.place_codes import place_mac_key
from ankang.core.sm import HmacSm3, Sm2Signer, Sm4Block
from ankang.gate.tables import KeyRow, Tables

KEPT_EPOCHS = 12
"""Epochs held open: the running one, its neighbours, and the week of late uploads."""


class EpochKeys:
    """What one epoch needs: code index ↔ person, the MAC of its codes, the trace of its visits."""

    __slots__ = ("day_mac", "permutation", "pseudonym")

    def __init__(self, master: bytes, epoch: int, size: int | None, day_key: bytes | None) -> None:
        self.permutation = epoch_permutation(master, epoch, size)
        self.day_mac = day_mac_key(master, epoch)
        self.pseudonym = Sm4Block(day_key) if day_key else None

    def trace(self, person: int) -> bytes | None:
        """The day pseudonym (16 bytes) of a person; None when the day's key is not there."""
        return self.pseudonym.encrypt(person.to_bytes(16, "big")) if self.pseudonym else None


class Keys:
    """Opened keys of one :class:`Tables`. Purposes and labels as in trust_key and trust_day_key."""

    def __init__(self, tables: Tables, root: RootKey) -> None:
        opened = {(row.purpose, row.kid): root.unseal(row.secret, f"{row.purpose}:{row.kid}") for row in tables.keys}
        self._rows = tables.keys
        self._secrets = opened
        self._days = {row.day: root.unseal(row.secret, f"day:{row.day}") for row in tables.day_keys}
        self._signers = {row.kid: Sm2Signer(opened["code_sign", row.kid], row.public) for row in self._of("code_sign")}
        self._credentials = [CredentialKeys(opened["credential", row.kid], row.kid) for row in self._of("credential")]
        self.places: Mapping[int, HmacSm3] = {
            row.kid: place_mac_key(opened["place", row.kid]) for row in self._of("place")
        }
        self.public: Mapping[int, bytes] = {row.kid: row.public for row in self._of("code_sign")}
        self.cards = next((HmacSm3(opened["card", row.kid]) for row in self._of("card")), None)
        self.names = gate_names_key(opened["card", self._of("card")[0].kid]) if self.cards else bytes(16)
        self._permanent: SpacePermutation | None = None
        self._sizes = dict(tables.index_spaces)
        self._epochs: dict[int, EpochKeys | None] = {}

    def _of(self, purpose: str) -> list[KeyRow]:
        """The keys of a purpose, newest first."""
        return sorted((row for row in self._rows if row.purpose == purpose), key=lambda row: -row.kid)

    def published(self) -> list[KeyRow]:
        """The signing keys as strangers may see them, newest first."""
        return self._of("code_sign")

    def signer(self, now: float) -> tuple[int, Sm2Signer] | None:
        """Key id and signer for passes issued ``now``."""
        row = _live(self._of("code_sign"), now)
        return (row.kid, self._signers[row.kid]) if row else None

    def place(self, now: float) -> tuple[int, HmacSm3] | None:
        """Key id and MAC key for rotating codes made ``now``."""
        row = _live(self._of("place"), now)
        return (row.kid, self.places[row.kid]) if row else None

    def read(self, token: str, now: float) -> Credential:
        """Who holds a bearer token; raises CredentialFault."""
        fault = CredentialFault("bad_token")
        for keys in self._credentials:
            try:
                return keys.read(token, now)
            except CredentialFault as error:
                fault = error if error.detail != "bad_token" else fault
        raise fault

    def permanent_person(self, index: int) -> int:
        """The person behind the permanent index of a sheet (docs/code-format.md §14): the first epoch master's, for ever."""
        if self._permanent is None:
            master = self._secrets["epoch", self._of("epoch")[-1].kid]
            self._permanent = SpacePermutation(permanent_key(master), SIZE)
        return self._permanent.person(index)

    def epoch(self, epoch: int) -> EpochKeys | None:
        """The keys of an epoch, opened once (a few milliseconds) and kept; None when there is no master key for it, or its
        index space is not known.
        """
        try:
            return self._epochs[epoch]
        except KeyError:
            pass
        keys = self._open_epoch(epoch)
        self._epochs[epoch] = keys
        if len(self._epochs) > KEPT_EPOCHS:
            del self._epochs[min(self._epochs)]
        return keys

    def day_mac(self, kid: int, epoch: int) -> HmacSm3 | None:
        """The day key for checking a code of ``epoch`` (the shape ``check_as_gate`` wants)."""
        keys = self.epoch(epoch) if kid in self.public else None
        return keys.day_mac if keys else None

    def _open_epoch(self, epoch: int) -> EpochKeys | None:
        kid = master_at(epoch, [(row.since, row.kid) for row in self._of("epoch")])
        size = self._sizes.get(epoch)
        # Past the first epoch with a size, an unknown size is not "30 bits" but "we have not heard": another permutation
        # than the other gates' would read somebody else.
        if kid is None or (size is None and self._sizes and epoch > min(self._sizes)):
            return None
        day_key = self._days.get(day_of(epoch).isoformat())
        return EpochKeys(self._secrets["epoch", kid], epoch, size, day_key)


def _live(rows: list[KeyRow], now: float) -> KeyRow | None:
    return next((row for row in rows if row.since <= now and (not row.until or now < row.until)), None)
