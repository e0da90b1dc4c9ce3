"""Settings: read once from `hearout.toml` and `HEAROUT_…`, frozen, passed down.

Everything of an installation lives under one folder, `home`. Precedence, highest first: what a command was
given, environment (`HEAROUT_DESK__PORT=8081`; secrets also as `…_FILE`), `<home>/hearout.toml`, the defaults here.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from streams.errors import Misconfigured


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BrandSettings(Section):
    """One brand to listen for. Matching is on Unicode word boundaries, case-folded."""

    name: str = Field(description="How the brand is called in Hearout.")
    names: tuple[str, ...] = Field(
        (), description="What people write: names and nicknames; the name itself is always one."
    )
    handles: tuple[str, ...] = Field(
        (), description="Our own accounts. Posts that mention them match; posts by them are left out."
    )
    hashtags: tuple[str, ...] = Field((), description="Hashtags, with or without #.")
    products: tuple[str, ...] = Field(
        (),
        description="Products and services, heard as this brand. The model hears only that a name is there, not what "
        "its words say: `War Zone` is no threat.",
    )
    exclude: tuple[str, ...] = Field((), description="Words that make a match void (`jaguar` the animal: `zoo`).")


class BlueskySettings(Section):
    """The public Jetstream; needs no account."""

    enabled: bool = Field(False, description="Listen to Bluesky.")
    url: str = Field(
        "wss://jetstream2.us-east.bsky.network/subscribe",
        description="Jetstream to listen to; a path of /subscribe speaks the first protocol, /xrpc/… the second.",
    )
    compress: bool = Field(True, description="Ask for zstd frames.")
    max_frame_bytes: int = Field(1_000_000, ge=1, description="Larger frames, after decompression, are refused.")


class WebhookSettings(Section):
    """`POST /hooks/posts` on the desk's port."""

    enabled: bool = Field(True, description="Offer the endpoint; it answers only with a token or secret set.")
    token: SecretStr | None = Field(None, description="Bearer token callers must send.")
    secret: SecretStr | None = Field(None, description="Key of the HMAC-SHA256 signature callers may send instead.")
    max_bytes: int = Field(1_000_000, ge=1, description="Largest request body.")
    max_age: float = Field(300.0, gt=0, description="Seconds a signed request stays valid.")


class KafkaSettings(Section):
    servers: str = Field("127.0.0.1:9092", description="Bootstrap servers, `host:port`, comma separated.")
    prefix: str = Field(
        "", description="Put before the name of every topic and group; empty: `hearout-<id of the case book>.`"
    )
    partitions: int = Field(
        12, ge=1, description="Partitions of each topic; caps the number of workers. Many divisors are handy."
    )
    replication: int = Field(1, ge=1, description="Replication factor of each topic; 3 in production.")


class BusSettings(Section):
    kind: Literal["embedded", "kafka"] = Field("embedded", description="Embedded log (no server), or Apache Kafka.")
    batch: int = Field(500, ge=1, le=10_000, description="Records a stage is handed at once.")
    linger: float = Field(0.05, ge=0, description="Seconds to wait for a batch to fill.")
    max_refusals: int = Field(100, ge=1, description="Refusals in a row that stop a worker.")
    retention_hours: float = Field(72.0, gt=0, description="How long the embedded log keeps what every stage has read.")
    kafka: KafkaSettings = KafkaSettings()


class ModelSettings(Section):
    name: str = Field("ears-1", description="A bundled model, or a folder with a manifest.toml.")
    cascade: bool = Field(
        True,
        description="Let a fast first stage sort out what is plainly no problem; off: all posts go to the encoder.",
    )
    shadow: str = Field(
        "", description="A second model that scores the same posts and decides nothing; where it differs is counted."
    )
    problem: float | None = Field(None, ge=0, le=1, description="Threshold; the model's manifest has the default.")
    hostility: float | None = Field(None, ge=0, le=1, description="Threshold; the model's manifest has the default.")
    constructiveness: float | None = Field(None, ge=0, le=1, description="Threshold; the manifest has the default.")
    positive: float | None = Field(None, ge=0, le=1, description="Threshold; the model's manifest has the default.")
    undecided: float | None = Field(
        None,
        ge=0,
        lt=0.5,
        description="How near its threshold a score leaves a post undecided, for a person to look at; 0 turns it off. "
        "Half the width of the band around a threshold of 0.5, and as wide in log-odds around others; the model's "
        "manifest has the default.",
    )


class TriageSettings(Section):
    join_hours: float = Field(72.0, ge=0, description="An author's next problem within this time joins the open case.")
    low_rating: float = Field(
        2.0, ge=0, le=5, description="A rating or sub-rating at or below this is a problem though the text is kind."
    )
    safety_words: tuple[str, ...] = Field((), description="Added to the built-in words that make a problem urgent.")
    mention_sample: float = Field(0.02, ge=0, le=1, description="Share of `mention` posts drawn for the audit list.")


class DeskSettings(Section):
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    url: str = Field("", description="Where people reach the desk, for links in alerts; empty means host and port.")
    session_hours: float = Field(12.0, gt=0, description="How long a sign-in lasts.")


class EmailSettings(Section):
    host: str = Field("", description="SMTP server; empty turns e-mail off.")
    port: int = Field(587, description="SMTP port.")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the connection is protected.")
    user: str = Field("", description="SMTP user; empty means no login.")
    password: SecretStr | None = Field(None, description="SMTP password.")
    sender: str = Field("hearout@localhost", description="From address.")


class AlertSettings(Section):
    email: EmailSettings = EmailSettings()
    webhook_secret: SecretStr | None = Field(None, description="Signs webhook alerts (HMAC-SHA256).")
    max_attempts: int = Field(6, ge=1, description="Tries before an alert is shown to the supervisor as failed.")


class MetricsSettings(Section):
    host: str = Field("127.0.0.1", description="Address of /metrics in processes without a desk.")
    port: int = Field(0, ge=0, le=65535, description="Port of /metrics in processes without a desk; 0 turns it off.")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HEAROUT_", env_nested_delimiter="__", extra="forbid", frozen=True)

    home: Path = Field(description="Folder of the installation.")
    database: SecretStr | None = Field(
        None, description="SQLAlchemy URL of the case book (`postgresql+asyncpg://…`); default: <home>/hearout.db."
    )
    log_format: Literal["console", "json"] = Field("console", description="How logs are written to stderr.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    brands: tuple[BrandSettings, ...] = ()
    bluesky: BlueskySettings = BlueskySettings()
    webhook: WebhookSettings = WebhookSettings()
    bus: BusSettings = BusSettings()
    model: ModelSettings = ModelSettings()
    triage: TriageSettings = TriageSettings()
    desk: DeskSettings = DeskSettings()
    alerts: AlertSettings = AlertSettings()
    metrics: MetricsSettings = MetricsSettings()

    @property
    def database_url(self) -> str:
        """Of the case book, for SQLAlchemy's async engine."""
        if self.database is not None:
            return self.database.get_secret_value()
        return f"sqlite+aiosqlite:///{self.home / 'hearout.db'}"

    @property
    def desk_url(self) -> str:
        """Where people reach the desk, without a slash at the end."""
        host = "127.0.0.1" if self.desk.host in ("0.0.0.0", "::") else self.desk.host  # noqa: S104 - compared only
        return self.desk.url.rstrip("/") or f"http://{host}:{self.desk.port}"

    @property
    def roster_path(self) -> Path:
        return self.home / "roster.toml"

    @property
    def rules_path(self) -> Path:
        return self.home / "rules.toml"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it has already put environment and file together."""
        return (init_settings,)


class _Environment(EnvSettingsSource):
    """`HEAROUT_…` of a given mapping, where `HEAROUT_X_FILE=path` stands for `HEAROUT_X` with the file's content."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {name.lower(): value for name, value in environ.items() if name.startswith("HEAROUT_")}
        for name, path in list(self._environ.items()):
            if name.endswith("_file"):
                try:
                    self._environ[name.removesuffix("_file")] = Path(path).read_text(encoding="utf-8").strip()
                    del self._environ[name]
                except OSError as fault:
                    raise Misconfigured(
                        f"{name.upper()} names a file that cannot be read: {fault}",
                        id="HO-SETTINGS-FILE",
                        hint="give the path of a readable file, or unset the variable",
                    ) from fault
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._environ


def listening_for(settings: Settings, words: Sequence[str], *, jetstream: str = "") -> Settings:
    """The settings with Bluesky on, and a brand for each of `words` that names none of those set up already."""
    known = {brand.name.casefold() for brand in settings.brands}
    new = tuple(BrandSettings(name=word) for word in words if word.casefold() not in known)
    bluesky = settings.bluesky.model_copy(update={"enabled": True, **({"url": jetstream} if jetstream else {})})
    return settings.model_copy(update={"brands": settings.brands + new, "bluesky": bluesky})


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """`HEAROUT_HOME`, or `hearout` in the user's data folder."""
    if home := environ.get("HEAROUT_HOME"):
        return Path(home).expanduser()
    data = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "hearout"


def load(home: Path, *, environ: Mapping[str, str] = os.environ, given: Mapping[str, Any] | None = None) -> Settings:
    """Settings of the installation under `home`; `given` is what the command line said, nested like the file.

    Raises `Misconfigured` that names each wrong value and where it stands.
    """
    path = home / "hearout.toml"
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Misconfigured(
            f"{path}: {fault}", id="HO-SETTINGS-TOML", hint="mend the file; docs/settings.md lists every setting"
        ) from fault
    environment = _Environment(environ)()
    environment.pop("home", None)
    try:
        return Settings(**_merge(_merge(written, environment), {**(given or {}), "home": home.absolute()}))
    except ValidationError as faults:
        wrong = [(".".join(map(str, e["loc"])), e["msg"], e["input"]) for e in faults.errors(include_url=False)]
        lines = (f"{where}: {what}" + ("" if _is_secret(where) else f", got {got!r}") for where, what, got in wrong)
        raise Misconfigured(
            "settings are wrong:\n  " + "\n  ".join(lines),
            id="HO-SETTINGS",
            hint=f"mend {path} or the HEAROUT_… variables; docs/settings.md lists every setting",
        ) from faults


def _is_secret(setting: str) -> bool:
    return any(word in setting for word in ("password", "secret", "token", "database"))


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        merged[name] = _merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
