"""The settings of a process, read once from its environment; nothing else reads it.

| variable | meaning | default |
| --- | --- | --- |
| `CHINHCHU_HOME` | the data folder | the platform's place for user data |
| `CHINHCHU_HOST` | address that API and console listen on | 127.0.0.1 |
| `CHINHCHU_PORT` | port of the API | 8080 |
| `CHINHCHU_CONSOLE_PORT` | port of the console | 8081 |
| `CHINHCHU_DATABASE_URL` | a PostgreSQL of one's own | the embedded one |
| `CHINHCHU_VALKEY_URL` | a Valkey or Redis of one's own | the embedded one |
| `CHINHCHU_TOKEN_KEY` | key of the graph's tokens, 64 hexadecimal digits | made on first start |
| `CHINHCHU_ENCRYPTION_KEY` | key of the ledger's ciphertext, 64 hexadecimal digits | made on first start |
| `CHINHCHU_ENCRYPTION_KEY_PREVIOUS` | the encryption key before | none |
| `CHINHCHU_REGISTER_URL` | a remote register, asked instead of the replica | the replica |
| `CHINHCHU_REGISTER_TOKEN` | the token that it asks for | none |
| `CHINHCHU_REGISTER_DEADLINE` | seconds that it has for one batch | 3 |
| `CHINHCHU_REGISTER_PER_MINUTE` | questions that may be asked in a minute | 600 |
| `CHINHCHU_REGISTER_CACHE_DAYS` | days that an answer is kept; 0 keeps none | 1 |
| `CHINHCHU_RETENTION_DAYS` | days after which a registration's personal data is erased | kept |
| `CHINHCHU_POLICY` | file of the policy that decides | the adopted one, else the packaged |
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import platformdirs

from service.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings; secrets stay out of the `repr`.

    Keys are raw bytes, None where the environment names none.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 8080
    console_port: int = 8081
    database_url: str | None = field(default=None, repr=False)
    valkey_url: str | None = field(default=None, repr=False)
    token_key: bytes | None = field(default=None, repr=False)
    encryption_key: bytes | None = field(default=None, repr=False)
    encryption_key_previous: bytes | None = field(default=None, repr=False)
    register_url: str | None = field(default=None, repr=False)
    register_token: str | None = field(default=None, repr=False)
    register_deadline: float = 3.0
    register_per_minute: int = 600
    register_cache_days: float = 1.0
    policy: Path | None = None
    retention_days: int | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Reads and checks every variable of the table above.

        Raises:
            SettingsError: one cannot be used.
        """
        return cls(
            home=_home(environ),
            host=environ.get("CHINHCHU_HOST") or "127.0.0.1",
            port=_port(environ, "CHINHCHU_PORT", 8080),
            console_port=_port(environ, "CHINHCHU_CONSOLE_PORT", 8081),
            database_url=_url(environ, "CHINHCHU_DATABASE_URL", ("postgresql", "postgres")),
            valkey_url=_url(
                environ,
                "CHINHCHU_VALKEY_URL",
                ("redis", "rediss", "unix", "valkey", "valkeys"),
            ),
            token_key=_key(environ, "CHINHCHU_TOKEN_KEY"),
            encryption_key=_key(environ, "CHINHCHU_ENCRYPTION_KEY"),
            encryption_key_previous=_key(environ, "CHINHCHU_ENCRYPTION_KEY_PREVIOUS"),
            register_url=_register_url(environ),
            register_token=_token(environ, "CHINHCHU_REGISTER_TOKEN"),
            register_deadline=_number(environ, "CHINHCHU_REGISTER_DEADLINE", 3.0, (0.1, 60)),
            register_per_minute=int(
                _number(environ, "CHINHCHU_REGISTER_PER_MINUTE", 600, (1, 1_000_000))
            ),
            register_cache_days=_number(environ, "CHINHCHU_REGISTER_CACHE_DAYS", 1.0, (0, 365)),
            policy=Path(named) if (named := environ.get("CHINHCHU_POLICY")) else None,
            retention_days=_days(environ, "CHINHCHU_RETENTION_DAYS"),
        )

    @property
    def all_parts_embedded(self) -> bool:
        """Whether both databases are the embedded ones."""
        return self.database_url is None and self.valkey_url is None


def _home(environ: Mapping[str, str]) -> Path:
    named = environ.get("CHINHCHU_HOME")
    if named:
        return Path(named).expanduser().absolute()
    return Path(platformdirs.user_data_path("chinhchu", appauthor=False))


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 0 <= int(text[:9]) <= 65535 and len(text) <= 5):
        raise SettingsError(f"{name} is not a port number (0 to 65535)")
    return int(text)


def _url(environ: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    text = environ.get(name)
    if not text:
        return None
    if text.partition("://")[0] not in schemes:
        raise SettingsError(f"{name} is not an address that starts with {schemes[0]}://")
    return text


def _register_url(environ: Mapping[str, str]) -> str | None:
    """An address of people's data: plain HTTP is for this machine alone."""
    name = "CHINHCHU_REGISTER_URL"
    text = _url(environ, name, ("https", "http"))
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.query or parts.fragment or parts.username is not None:
        raise SettingsError(f"{name} is not the plain address of a service")
    if parts.scheme == "http" and not is_this_machine(host):
        raise SettingsError(f"{name} has to start with https:// beyond this machine")
    return text


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine's own loopback."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _token(environ: Mapping[str, str], name: str) -> str | None:
    text = environ.get(name)
    if text and not (text.isascii() and text.isprintable() and " " not in text):
        raise SettingsError(f"{name} is not a token: letters, digits and signs without a blank")
    return text or None


def _number(
    environ: Mapping[str, str], name: str, default: float, bounds: tuple[float, float]
) -> float:
    text = environ.get(name)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    low, high = bounds
    if not low <= number <= high:
        raise SettingsError(f"{name} is not a number from {low:g} to {high:g}")
    return number


def _days(environ: Mapping[str, str], name: str) -> int | None:
    return int(_number(environ, name, 0, (1, 36_500))) if environ.get(name) else None


def _key(environ: Mapping[str, str], name: str) -> bytes | None:
    text = environ.get(name)
    if not text:
        return None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingsError(f"{name} is not a key of 64 hexadecimal digits")
    return key
