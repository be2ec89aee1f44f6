"""Settings: everything an operator may set, from environment variables that start with ``ANKANG_``.

Every room gets its settings from :func:`load_settings`; nothing else in the house reads the environment.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set; each field's description is printed by ``ankang doctor --settings``."""

    model_config = SettingsConfigDict(env_prefix="ANKANG_", extra="ignore")

    host: str = Field("127.0.0.1", description="address the one port listens on")
    port: int = Field(8000, ge=0, le=65535, description="the one port of the product")
    data: Path = Field(Path("data"), description="folder of the database, the keys and the gate's state")
    database_url: str | None = Field(None, description="use this PostgreSQL (15+) instead of the embedded one")
    public_url: str | None = Field(None, description="address citizens reach us at; it is printed on posters")
    demo: bool = Field(False, description="load the Ningguo demonstration data and show the on-screen phone")
    demo_residents: int = Field(3829, ge=0, le=382_909, description="residents of the demonstration")
    gate_workers: int = Field(2, ge=1, le=64, description="gate processes")
    web_threads: int = Field(8, ge=1, le=128, description="threads of the control plane")
    stale_after: int = Field(900, ge=5, description="seconds after which a gate says 'cannot verify'")
    gate_most_per_s: float = Field(0.0, ge=0, description="verifications, scans and passes a second of one gate process; 0: no bound")
    gate_wait_ms: float = Field(
        8.0, ge=2, le=1_000, description="milliseconds a visit may take on the mean at a gate while more come than it serves"
    )
    gate_name: str = Field("", description="how this machine is called on the operators' page; empty: its host name")
    list_good_for: int = Field(
        86_400, ge=1_800, le=172_800, description="seconds for which doors without a network trust a list of ours"
    )
    gate_device_rate: float = Field(200.0, gt=0, description="verifications a second from one device")
    gate_resident_rate: float = Field(10.0, gt=0, description="requests a second from one resident")
    alarm_people: int = Field(1_000, ge=1, description="more people than this turned worse at once need a second yes")
    alarm_share: float = Field(0.01, gt=0, le=1, description="the same as a share of the people on file, 10 at least")
    visit_days: int = Field(30, ge=1, description="days a visit is kept before its key is destroyed")
    staff_idle_minutes: int = Field(15, ge=1, le=720, description="minutes without use after which staff are signed out")
    staff_session_hours: int = Field(8, ge=1, le=24, description="hours after which staff are signed out in any case")
    row_security: bool = Field(
        False, description="let PostgreSQL itself hide from staff who lives outside their regions (a second wall)"
    )
    shared_buffers: str = Field("128MB", description="PostgreSQL buffer cache of the embedded database")
    debug: bool = Field(False, description="show tracebacks to the operator; never in production")

    @property
    def address(self) -> str:
        """The address people open, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def keys_folder(self) -> Path:
        """Where the file key provider keeps the root key."""
        return self.data / "keys"

    @property
    def run_folder(self) -> Path:
        """Sockets and locks of the running product."""
        return self.data / "run"

    @property
    def gate_folder(self) -> Path:
        """State that the gates of this machine share."""
        return self.data / "gate"

    @property
    def lists_folder(self) -> Path:
        """The published lists for scanners without a network; the front serves it at ``/lists/``."""
        return self.data / "lists"


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """The settings of this process, read once; paths are made absolute."""
    settings = Settings()
    settings.data = settings.data.expanduser().resolve()
    return settings
