"""Laws of the keys: what is sealed opens for its row alone, and keys are never lost silently."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import DataFolderError
from service.errors import SettingsError
from service.keys import Keys, for_settings
from service.settings import Settings

KEYS = Keys.new()
ENVIRONMENT = {"CHINHCHU_TOKEN_KEY": "ab" * 32, "CHINHCHU_ENCRYPTION_KEY": "cd" * 32}


@given(st.binary(), st.text())
def test_what_is_sealed_opens_again(plain, row):
    assert KEYS.unseal(KEYS.seal(plain, row), row) == plain


@given(st.binary(), st.text(), st.text())
def test_a_ciphertext_moved_to_another_row_does_not_open(plain, row, other):
    if row == other:
        return
    sealed = KEYS.seal(plain, row)
    with pytest.raises(DataFolderError):
        KEYS.unseal(sealed, other)


def test_sealing_twice_gives_two_ciphertexts():
    assert KEYS.seal(b"same", "row") != KEYS.seal(b"same", "row")


def test_the_previous_key_still_opens_and_still_compares():
    old = Keys.new()
    new = replace(Keys.new(), encryption_previous=old.encryption)
    assert new.unseal(old.seal(b"plain", "row"), "row") == b"plain"
    assert new.is_digest_of(old.digest(b"plain"), b"plain")
    assert not new.is_digest_of(old.digest(b"plain"), b"other")


def test_a_key_that_is_not_configured_is_named_as_the_reason():
    with pytest.raises(DataFolderError, match="not configured"):
        KEYS.unseal(Keys.new().seal(b"plain", "row"), "row")


def test_keys_are_made_once_and_are_readable_by_their_owner_alone(tmp_path):
    file = tmp_path / "keys.json"
    made = for_settings(Settings(tmp_path), file, may_make=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert for_settings(Settings(tmp_path), file, may_make=False) == made


def test_keys_that_vanished_beside_a_ledger_are_not_made_anew(tmp_path):
    with pytest.raises(DataFolderError, match="missing"):
        for_settings(Settings(tmp_path), tmp_path / "keys.json", may_make=False)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"token": "ab"}', '{"token": 1}', '{"x": "ab"}'])
def test_a_damaged_key_file_is_one_clear_error(tmp_path, text):
    file = tmp_path / "keys.json"
    file.write_text(text)
    with pytest.raises(DataFolderError, match="cannot be read"):
        for_settings(Settings(tmp_path), file, may_make=True)


def test_keys_of_the_environment_leave_no_file(tmp_path):
    settings = Settings.from_environment({"CHINHCHU_HOME": str(tmp_path), **ENVIRONMENT})
    keys = for_settings(settings, tmp_path / "keys.json", may_make=True)
    assert keys.token == bytes.fromhex("ab" * 32)
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"CHINHCHU_DATABASE_URL": "postgresql://db/x"}, "a ledger of one's own, keys unnamed"),
        ({"CHINHCHU_VALKEY_URL": "redis://cache"}, "a graph of one's own, keys unnamed"),
        ({"CHINHCHU_TOKEN_KEY": "ab" * 32}, "one key of two"),
    ],
)
def test_keys_are_never_made_beside_a_database_of_ones_own(tmp_path, environment, why):
    settings = Settings.from_environment({"CHINHCHU_HOME": str(tmp_path), **environment})
    with pytest.raises(SettingsError):
        for_settings(settings, tmp_path / "keys.json", may_make=True)
    assert not (tmp_path / "keys.json").exists(), why


def test_no_repr_shows_a_key():
    settings = Settings.from_environment(ENVIRONMENT)
    assert "ab" * 32 not in repr(settings)
    assert repr(settings.token_key) not in repr(settings)
    assert repr(KEYS) == "Keys()"
