"""Settings from the environment and `.env`, one prefix: SHOPKEEPER_."""

import secrets
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """Where things are and how they run; see the table in README.md."""

    model_config = SettingsConfigDict(
        env_prefix="SHOPKEEPER_",
        env_file=".env",
        extra="ignore",
        # A wrong setting is named; what it and its neighbours hold may be a secret.
        hide_input_in_errors=True,
    )

    home: Path = Path("var")
    port: int = 8080
    port_base: int = 5005
    bind: str = "127.0.0.1"
    rasa_url: str = ""
    nlu_url: str = ""
    recommender_url: str = ""
    actions_url: str = ""
    # What opens doors stays out of whatever prints settings; a database's address has a password.
    internal_secret: str | None = Field(default=None, repr=False)
    database_url: str = Field(default="", repr=False)
    rasa_database_url: str = Field(default="", repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    secret_key: str = Field(default="", repr=False)
    identity_key: str = Field(default="", repr=False)
    events_key: str = Field(default="", repr=False)
    allowed_origins: list[str] = Field(default_factory=list)
    trusted_proxies: str = "127.0.0.1,::1"
    rate_sessions: str = "120/minute"
    rate_requests: str = "3000/minute"
    rate_messages: str = "120/minute"
    rate_actions: str = "600/minute"
    rate_logins: str = "10/5 minutes"
    currency: str = "USD"
    locale: str = "en"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    base_model: str | None = None
    # What knows pictures and texts alike (a CLIP); without one only pictures' colours are seen.
    picture_model: str | None = None
    checkout_url: str = "/checkout?cart={cart_id}"
    shop_webhook_url: str | None = None
    # Where shoppers reach the shop from outside; by default where Telegram does.
    public_url: str | None = None
    telegram_token: str | None = Field(default=None, repr=False)
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_url: str | None = None
    # Days that conversations, and what shoppers did, are kept; 0: until somebody erases them.
    retention_days: int = Field(default=0, ge=0)
    retention_events_days: int = Field(default=0, ge=0)
    # What an erased customer leaves of the orders that the shop's system reported.
    erase_orders: Literal["delete", "unlink"] = "delete"
    # When staff are in ("mon-fri 09:00-17:00, sat 10:00-14:00"; empty: always), by which clock, and
    # after how many minutes a shopper who waits may leave a message.
    staff_hours: str = ""
    staff_timezone: str = "UTC"
    staff_wait_minutes: float = 3.0
    # When models are trained by themselves, at which hour by the clock of `staff_timezone`; after
    # how many corrections at any hour (0: never); whether what passes the gate is put into use.
    retrain: Literal["off", "daily", "weekly"] = "off"
    retrain_hour: int = Field(default=3, ge=0, le=23)
    retrain_after: int = Field(default=0, ge=0)
    retrain_promote: bool = False
    # A cart worth as much calls a person.
    valuable_cart: Decimal | None = None
    shop_name: str = "The Demo Shop"
    max_price: Decimal = Decimal("9999999.99")

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        self.home = self.home.absolute()
        for offset, name in enumerate(("rasa", "nlu", "recommender", "actions")):
            if not getattr(self, f"{name}_url"):
                setattr(self, f"{name}_url", f"http://127.0.0.1:{self.port_base + offset}")
        if not self.database_url:
            self.database_url = f"sqlite:///{self.home / 'shopkeeper.db'}"
        if not self.rasa_database_url:
            self.rasa_database_url = f"sqlite:///{self.home / 'rasa.db'}"
        if self.bind not in LOOPBACK and not self.internal_secret:
            raise ValueError(
                f"SHOPKEEPER_BIND is {self.bind}, which others can reach: "
                "set SHOPKEEPER_INTERNAL_SECRET to a long random string in every process."
            )
        return self

    @property
    def models(self) -> Path:
        """Where trained models lie, one folder each."""
        return self.home / "models"

    @property
    def media(self) -> Path:
        """Where the shop's pictures lie, served under /media/."""
        return self.home / "media"

    @property
    def logs(self) -> Path:
        """Where the processes' logs go when the supervisor starts them."""
        return self.home / "logs"

    def new_export(self, name: str, suffix: str) -> Path:
        """A file for an export that was given none, in a folder that only we can read."""
        folder = self.home / "exports"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}{suffix}"


def load_settings() -> Settings:
    """Read the settings; make the three keys on first run and keep them under HOME.

    Raises:
        pydantic.ValidationError: a value does not fit; the message names the variable.
    """
    settings = Settings()
    for name in ("secret_key", "identity_key", "events_key"):
        if not getattr(settings, name):
            setattr(settings, name, _kept_key(settings.home / "keys" / name))
    return settings


def _kept_key(path: Path) -> str:
    """The key in this file, made if there is none. Several processes may ask at once."""
    # First of all: a container that only reads HOME cannot even try to make one.
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(32))
    try:
        # A hard link appears whole or not at all, and fails where another process was first.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
