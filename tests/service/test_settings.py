"""Laws of the settings: each has a default, and a bad one is named without its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import SettingsError
from service.settings import Settings


def test_an_empty_environment_gives_the_published_defaults():
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.console_port) == ("127.0.0.1", 8080, 8081)
    assert settings.all_parts_embedded
    assert settings.home.name == "chinhchu"


def test_the_data_folder_is_absolute_wherever_it_was_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({"CHINHCHU_HOME": "here"}).home == Path.cwd() / "here"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("CHINHCHU_PORT", "eighty", "not a number"),
        ("CHINHCHU_PORT", "65536", "beyond the last port"),
        ("CHINHCHU_PORT", "-1", "negative"),
        ("CHINHCHU_PORT", "٨٠", "digits of another script"),
        ("CHINHCHU_CONSOLE_PORT", "9" * 400, "a number of absurd length"),
        ("CHINHCHU_DATABASE_URL", "mysql://secret", "another database"),
        ("CHINHCHU_VALKEY_URL", "secret", "no address"),
        ("CHINHCHU_TOKEN_KEY", "secret", "not hexadecimal"),
        ("CHINHCHU_ENCRYPTION_KEY", "ab" * 31, "too short"),
        ("CHINHCHU_REGISTER_URL", "ftp://secret", "another protocol"),
        ("CHINHCHU_REGISTER_URL", "http://secret.example", "people's data in the clear"),
        ("CHINHCHU_REGISTER_URL", "https://name:secret@there", "a password in an address"),
        ("CHINHCHU_REGISTER_URL", "https://there/?key=secret", "a key in an address"),
        ("CHINHCHU_REGISTER_URL", "https://there:eighty", "no port"),
        ("CHINHCHU_REGISTER_URL", "https://[secret", "no address"),
        ("CHINHCHU_REGISTER_TOKEN", "sec\nret", "it would be two headers"),
        ("CHINHCHU_REGISTER_TOKEN", "bí-mật", "no header carries it"),
        ("CHINHCHU_REGISTER_DEADLINE", "-7", "no time at all"),
        ("CHINHCHU_REGISTER_DEADLINE", "secret", "no number"),
        ("CHINHCHU_REGISTER_PER_MINUTE", "0.5", "less than one"),
        ("CHINHCHU_REGISTER_CACHE_DAYS", "nan", "no number either"),
    ],
)
def test_a_bad_setting_is_named_without_its_value(name, value, why):
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.from_environment({name: value})
    assert value not in str(caught.value), why
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://register.example", "https://register.example:8443/npd", "http://[::1]:8082"]
)
def test_a_register_is_asked_over_tls_or_on_this_machine(url):
    assert Settings.from_environment({"CHINHCHU_REGISTER_URL": url}).register_url == url


def test_no_secret_stands_in_the_text_of_the_settings():
    settings = Settings.from_environment({"CHINHCHU_REGISTER_TOKEN": "secret"})
    assert settings.register_token == "secret"  # noqa: S105
    assert "secret" not in repr(settings)
