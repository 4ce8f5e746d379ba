"""Every setting, typed, read once. A wrong one stops the program with a sentence that names it."""

import os
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from functools import cached_property
from ipaddress import ip_interface
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from fbads_pipeline.domain.collection.api_versions import DEFAULT_VERSION
from fbads_pipeline.domain.collection.attribution_windows import ANSWERED_WINDOWS, read_windows
from fbads_pipeline.domain.collection.levels import BREAKDOWN_FIELDS, LEVELS, Level
from fbads_pipeline.domain.core.accounts import parse_account_id, split_account_ids
from fbads_pipeline.domain.core.encrypted_connections import DatabaseTls, require_tls
from fbads_pipeline.domain.core.fernet_keys import fernet_keys
from fbads_pipeline.domain.core.misspellings import questions
from fbads_pipeline.domain.core.redaction import know
from fbads_pipeline.setting_sources import SecretSources, is_secret, secrets_of, variable_of
from fbads_pipeline.setting_sources import SettingsError as SettingsError

# A /12, as Docker gives its networks: whatever is larger is not somebody's proxies.
_MOST_PROXIES = 2**20
ENCRYPTION_KEYS_FILE = "encryption.keys"
_COMMA_LISTS = ("levels", "attribution_windows", "email_to", "slack_approvers", "trusted_proxies", "backup_recipients")
_LOCALE = Path(__file__).parent / "locale"


class Settings(BaseSettings):
    """What the environment says (prefix FBADS_). Empty strings count as not set, but for `breakdowns`: none at all."""

    model_config = SettingsConfigDict(env_prefix="FBADS_", extra="ignore", frozen=True)

    home: Path = Field(Path(".fbads"), description="Where the program keeps its database, logs and exports.")
    database_tls: DatabaseTls = Field(
        "require",
        description="How a PostgreSQL on another machine is spoken to at least: `verify-full`, `require`, or `off` on a"
        " network that is yours alone.",
    )
    redis_tls: bool = Field(
        True, description="A Redis on another machine is spoken to over TLS alone; `false` on a network that is yours."
    )
    database_url: SecretStr | None = Field(
        None, description="A PostgreSQL of yours (15 or newer); without it the program starts its own."
    )
    graph_url: str = Field("https://graph.facebook.com", description="The Marketing API; the sandbox's in the demo.")
    api_version: str = Field(
        DEFAULT_VERSION,
        pattern=r"^v\d+\.\d+$",
        description="The Marketing API's version; `fbads doctor` says when it ends.",
    )
    access_token: SecretStr | None = Field(None, description="Token of a user or system user with `ads_read`.")
    app_id: str | None = Field(None, description="The Meta app's id.")
    app_secret: SecretStr | None = Field(None, description="The Meta app's secret; calls then carry appsecret_proof.")
    backup_folder: Path | None = Field(None, description="Where a backup is made every night, best on another disk.")
    backup_recipients: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Public keys that backups are encrypted for, with commas (`fbads backup key` makes a pair)."
    )
    backup_days: int = Field(7, ge=1, description="Of how many of the newest days the last backup is kept.")
    backup_weeks: int = Field(4, ge=0, description="The same of weeks.")
    backup_months: int = Field(12, ge=0, description="The same of months.")
    encryption_keys: SecretStr | None = Field(
        None,
        description="Comma list of Fernet keys for stored tokens, newest first (`fbads tokens new-key`);"
        " without it those of `encryption.keys` in FBADS_HOME, which the page of the first steps makes.",
    )
    token_warning_days: int = Field(14, ge=1, le=60, description="Days before a token's end at which we warn.")
    stale_hours: int = Field(3, ge=1, le=168, description="Hours without a good reading after which we warn.")
    account_ids: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma list of ad accounts; empty means all that the token sees."
    )
    levels: Annotated[tuple[Level, ...], NoDecode] = Field(LEVELS, description="Levels of insights that are collected.")
    breakdowns: Annotated[tuple[str, ...], NoDecode] = Field(
        ("age,gender", "country", "publisher_platform,platform_position"),
        description="Breakdowns of campaigns that the daily reading collects, with semicolons between them;"
        " set to nothing, none. `fbads sync` reads them where this is set.",
    )
    attribution_windows: Annotated[tuple[str, ...], NoDecode] = Field(
        ("7d_click", "1d_view"),
        description=f"Comma list of the attribution windows that are requested: {', '.join(ANSWERED_WINDOWS)}.",
    )
    restatement_days: int = Field(28, ge=2, le=92, description="Days that are read again once a day.")
    breakdown_days: int | None = Field(None, ge=93, description="Age in days at which breakdowns go; unset, never.")
    history_days: int = Field(90, ge=0, le=1125, description="Days that a new account is read back, newest first.")
    goal_family: str = Field(
        "purchase",
        description="What accounts go for by default: a conversion family, or one action type such as"
        " `offsite_conversion.fb_pixel_lead`.",
    )
    reporting_currency: str | None = Field(
        None,
        pattern=r"^[A-Z]{3}$",
        description="Currency (ISO 4217) of a second set of amounts; rates in `dbt_project/seeds/exchange_rates.csv`.",
    )
    concurrency: int = Field(16, ge=1, le=64, description="Requests under way at once.")
    account_concurrency: int = Field(5, ge=1, le=64, description="Requests under way at once for one account.")
    longest_wait_seconds: float = Field(600, ge=0, description="How long an account waits for its quota in one run.")
    worker_processes: int = Field(1, ge=1, le=64, description="Steps that one worker executes at once.")
    shards: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Steps that a collecting run is spread over; without it one, on Celery one per worker's process.",
    )
    now: datetime | None = Field(
        None,
        description="A fixed clock (ISO 8601 with offset), for tests and demos; Dagster keeps the real one.",
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="How logs look on stderr; `json` in production."
    )
    dagster_port: int = Field(3000, ge=1, le=65535, description="Port of Dagster's UI.")
    dagster_url: str | None = Field(
        None, description="Where people reach Dagster's UI, if not on this machine; other names are refused."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Comma list of addresses or networks of proxies in front whose X-Forwarded-For and -Proto count.",
    )
    api_port: int = Field(8000, ge=1, le=65535, description="Port of the sidecar.")
    sandbox_port: int = Field(8090, ge=1, le=65535, description="Port of the sandbox Marketing API.")
    ctr_limit: Decimal = Field(Decimal("0.01"), ge=0, le=1, description="CTR below this fraction is a breach.")
    ctr_min_impressions: int = Field(1000, ge=1, description="Impressions needed before CTR is assessed.")
    cpa_limit: Decimal = Field(
        Decimal(50),
        gt=0,
        description="CPA above this is a breach, in the account's currency (× 100 where it has no decimals).",
    )
    cpa_min_spend_factor: Decimal = Field(
        Decimal(3), gt=0, description="Spend needed before CPA is assessed, in CPA limits."
    )
    review_days: int = Field(7, ge=1, le=28, description="Complete days that the thresholds look at.")
    suggestions_per_day: int = Field(
        10, ge=1, le=1000, description="Suggestions presented per account and day; the others wait their turn."
    )
    slack_token: SecretStr | None = Field(None, description="Slack bot token; without it alerts go to the dry run.")
    slack_channel: str | None = Field(None, description="Slack channel id that receives the alerts.")
    slack_api_url: str = Field("https://slack.com/api/", description="Slack's API; another address for tests.")
    slack_signing_secret: SecretStr | None = Field(
        None, description="Signing secret of the Slack app; with it messages have buttons, and the sidecar takes them."
    )
    recipients: Path | None = Field(
        None,
        description="A YAML file that says who receives what; without it every channel that is set up is used.",
    )
    tax_rates: Path | None = Field(
        None, description="A YAML file of tax rates per country; `tax_rates.yml` in FBADS_HOME, else the packaged one."
    )
    rules: Path | None = Field(
        None,
        description="A YAML file of automation rules of your own (`fbads rules check`); without it `rules.yml` in"
        " FBADS_HOME, which the page of rules writes.",
    )
    language: str = Field("pt", description="Language of recipients who chose none; any that has a catalogue.")
    public_url: str | None = Field(None, description="Where people reach the sidecar; messages then carry links.")
    report_link_days: int = Field(
        30, ge=1, le=365, description="Days after which a link to a report for a client ends, where none are given."
    )
    dpo_contact: str | None = Field(
        None,
        max_length=254,
        description="Whom people ask about their data (LGPD's encarregado): an e-mail address or a page; on /privacy.",
    )
    digest_at: time = Field(
        time(8), description="When the day's digest is made, in each account's own time (as 08:00)."
    )
    email_to: Annotated[tuple[str, ...], NoDecode] = Field((), description="Comma list of addresses that receive all.")
    smtp_host: str | None = Field(None, description="Mail server; SendGrid's and SES' are smtp.sendgrid.net and so on.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port: 587 for STARTTLS, 465 for TLS.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted; `none` is for a server on this machine alone."
    )
    smtp_user: str | None = Field(None, description="User of the mail server (`apikey` at SendGrid).")
    smtp_password: SecretStr | None = Field(None, description="Its password or key.")
    smtp_from: str | None = Field(None, pattern=r"^[^@\s<>]+@[^@\s<>]+$", description="Address that mail comes from.")
    smtp_ca: Path | None = Field(None, description="Certificate authorities to trust for it, instead of the system's.")
    whatsapp_token: SecretStr | None = Field(None, description="Token of a WhatsApp Cloud app.")
    whatsapp_phone_number_id: str | None = Field(None, pattern=r"^\d+$", description="Id of the number that sends.")
    whatsapp_template: str = Field("fbads_alert", description="Template with two body parameters, in pt_BR and en.")
    whatsapp_verify_token: SecretStr | None = Field(None, description="What Meta shows when it sets up the webhook.")
    whatsapp_api_url: str = Field(
        "https://graph.facebook.com/v25.0", description="WhatsApp Cloud's API; another address for tests."
    )
    n8n_secret_before: SecretStr | None = Field(
        None, min_length=16, description="The secret before this one, for as long as n8n still signs with it."
    )
    api_host: str = Field("127.0.0.1", description="Address that the sidecar listens on.")
    jwt_secret: SecretStr | None = Field(
        None, description="At least 32 random bytes that sign access tokens; needed to listen beyond this machine."
    )
    oidc_issuer: str | None = Field(None, description="OpenID Connect issuer for logging in, such as your Keycloak.")
    oidc_client_id: str | None = Field(None, description="The sidecar's client id there.")
    oidc_client_secret: SecretStr | None = Field(None, description="Its secret, where the issuer wants one.")
    redis_url: SecretStr | None = Field(None, description="Redis for limits and answers that several sidecars share.")
    executor: Literal["in_process", "celery"] = Field(
        "in_process",
        description="Where a run's steps are executed: in its own process, or by workers (`fbads worker`) on Celery.",
    )
    celery_broker_url: SecretStr | None = Field(
        None, validate_default=True, description="Redis that Celery's steps wait in (redis:// or rediss://)."
    )
    celery_result_url: SecretStr | None = Field(
        None, description="Redis that keeps what came out of steps; the broker's without it."
    )
    apply_decisions: bool = Field(
        False, description="Write accepted suggestions to Meta. Off: decisions are only kept."
    )
    slack_approvers: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma list of Slack user ids whose buttons count."
    )
    check_links: bool = Field(
        False, description="Ask the landing pages of active ads once an hour whether they answer."
    )
    dry_run: bool = Field(False, description="Send nothing: all messages go to the dry run. On in the demo.")
    telegram_token: SecretStr | None = Field(None, description="Token of a Telegram bot, as @BotFather gives it.")
    telegram_chat: str | None = Field(None, pattern=r"^(-?\d{1,20}|@\w{5,32})$", description="Id of the Telegram chat.")
    telegram_api_url: str = Field("https://api.telegram.org", description="Telegram's API; another address for tests.")
    teams_webhook_url: SecretStr | None = Field(None, description="Address of a Teams workflow's webhook.")
    google_chat_webhook_url: SecretStr | None = Field(None, description="Address of a Google Chat space's webhook.")
    n8n_webhook_url: str | None = Field(None, description="Webhook of n8n (or another) that takes alerts.")
    n8n_secret: SecretStr | None = Field(
        None, min_length=16, description="What webhooks are signed with, both ways (Standard Webhooks)."
    )
    alertmanager_token: SecretStr | None = Field(
        None, min_length=16, description="What Alertmanager shows when it reports an alert of the platform."
    )
    country: str | None = Field(
        None,
        pattern=r"^[A-Z]{2}$",
        description="Country (ISO 3166) of holidays and commercial dates; without it that of each account's time zone.",
    )
    calendar_id: str | None = Field(None, description="Google Calendar of the team; its events explain figures.")
    calendar_credentials: SecretStr | None = Field(
        None, description="A service account's key that reads the calendar: the JSON, or its path."
    )
    calendar_api_url: str | None = Field(None, description="Google Calendar's API; another address for tests.")
    llm_base_url: str | None = Field(
        None, description="An OpenAI-compatible endpoint that plans what the chat's grammar does not understand."
    )
    llm_model: str | None = Field(None, description="The model's name at that endpoint.")
    llm_api_key: SecretStr | None = Field(None, description="The endpoint's key, where it wants one.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, SecretSources(settings_cls), env_settings

    @model_validator(mode="before")
    @classmethod
    def _without_empty_ones(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value != "" or name == "breakdowns"}

    @field_validator("breakdowns", mode="before")
    @classmethod
    def _split_breakdowns(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = (",".join(field.strip() for field in part.split(",")) for part in value.split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    @field_validator("breakdowns")
    @classmethod
    def _known_breakdowns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for field in (field for part in value for field in part.split(",")):
            if field not in BREAKDOWN_FIELDS:
                raise ValueError(f"{field!r} is no breakdown that is collected: {', '.join(sorted(BREAKDOWN_FIELDS))}")
        return value

    @field_validator("celery_broker_url", "celery_result_url")
    @classmethod
    def _is_redis(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("redis://", "rediss://")):
            raise ValueError("a Redis is named as redis://host:6379/0, or rediss:// with TLS")
        if value is None and info.field_name == "celery_broker_url" and info.data.get("executor") == "celery":
            raise ValueError("it has to name a Redis, as redis://redis:6379/0, since FBADS_EXECUTOR is celery")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr | None) -> SecretStr | None:
        encryption_keys(value)
        return value

    @field_validator("database_url", "redis_url", "celery_broker_url", "celery_result_url")
    @classmethod
    def _is_encrypted(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        require_tls(str(info.field_name), value.get_secret_value() if value else "", info.data, os.environ)
        return value

    @field_validator(*_COMMA_LISTS, mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("account_ids", mode="before")
    @classmethod
    def _bare_ids(cls, value: Any) -> Any:
        listed = split_account_ids(value) if isinstance(value, str) else value
        return tuple(dict.fromkeys(parse_account_id(part) for part in listed))

    @field_validator("attribution_windows")
    @classmethod
    def _answered_windows(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return read_windows(value)

    @field_validator("levels", mode="after")
    @classmethod
    def _in_order(cls, value: tuple[Level, ...]) -> tuple[Level, ...]:
        if not value:
            raise ValueError(f"levels are a comma list of {', '.join(LEVELS)}")
        return tuple(level for level in LEVELS if level in value)

    @field_validator("*")
    @classmethod
    def _is_http(cls, value: Any, info: ValidationInfo) -> Any:
        is_address = isinstance(value, str) and str(info.field_name).endswith("_url")
        if is_address and not value.startswith(("http://", "https://")):
            raise ValueError("an address starts with http:// or https://")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if ip_interface(one).network.num_addresses > _MOST_PROXIES:
                raise ValueError(f"{one} is no network of proxies, but everybody: name the proxy's own address")
        return value

    @field_validator("language")
    @classmethod
    def _has_catalogue(cls, value: str) -> str:
        known = sorted(one.parent.name.partition("_")[0] for one in _LOCALE.glob("*/LC_MESSAGES"))
        if value not in known:
            raise ValueError(f"{value!r} is none of the languages that have a catalogue: {', '.join(known)}")
        return value

    @field_validator("now")
    @classmethod
    def _has_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("the instant needs an offset, as in 2026-11-01T12:00:00-03:00")
        return value

    @cached_property
    def home_path(self) -> Path:
        """`FBADS_HOME` as an absolute path, so that child processes agree on it wherever they start."""
        return self.home.expanduser().resolve()


def encryption_keys(value: SecretStr | None) -> tuple[bytes, ...]:
    """The keys, newest first; raises ValueError for one that is no Fernet key, without showing it."""
    return fernet_keys(value.get_secret_value() if value else "")


def load_settings(**overrides: Any) -> Settings:
    """The environment's settings; raises SettingsError with a sentence per wrong setting, without any secret value."""
    try:
        made = Settings(**overrides)
        keys = made.home_path / ENCRYPTION_KEYS_FILE
        if made.encryption_keys is None and keys.is_file():
            made = Settings(**{**overrides, "encryption_keys": keys.read_text(encoding="ascii").strip()})
    except ValidationError as wrong:
        raise SettingsError("; ".join(_sentence(error) for error in wrong.errors())) from None
    know(*secrets_of(made))
    return made


def _sentence(error: Any) -> str:
    name = variable_of(str(error["loc"][0]))
    reason = str(error["msg"]).removeprefix("Value error, ")
    return f"{name} is not usable: {reason[:1].lower()}{reason[1:]}"


# Not settings of a user: they pass a database and a folder on to child processes.
INTERNAL_VARIABLES = {"FBADS_DAGSTER_DATABASE_URL", "FBADS_DBT_PROJECT_DIR"}


def known_variables() -> set[str]:
    """The names of all settings in the environment; those of secrets also as the name of a file, or a command."""
    names = {variable_of(name) for name in Settings.model_fields}
    secrets = {variable_of(name) for name, field in Settings.model_fields.items() if is_secret(field)}
    return names | {f"{name}{end}" for name in secrets for end in ("_FILE", "_COMMAND")}


def misspelt_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A question for each variable `FBADS_…` that is no setting but looks like one."""
    return questions(
        (one for one in environment if one.upper().startswith("FBADS_")), INTERNAL_VARIABLES | known_variables()
    )
