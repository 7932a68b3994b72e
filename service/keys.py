"""The service's keys: read or made on first start, and what is sealed with them.

Two keys, each with the one before it: the *token* key of the graph, and the *encryption* key of
the ledger. Ciphertext is AES-256-GCM, bound to the row it belongs to, so that a row's ciphertext
moved to another row does not open. It starts with the id of its key.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from features.errors import DataFolderError
from service.errors import SettingsError
from service.settings import Settings

KEY_BYTES = 32
_ID_BYTES = 4
_NONCE_BYTES = 12


def key_id(key: bytes) -> bytes:
    """Four bytes that tell keys apart and give nothing of the key away."""
    return hmac.digest(key, b"chinhchu key id", hashlib.sha256)[:_ID_BYTES]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one installation; none of them is ever shown."""

    token: bytes = field(repr=False)
    encryption: bytes = field(repr=False)
    encryption_previous: bytes | None = field(default=None, repr=False)

    @classmethod
    def new(cls) -> Self:
        """Keys nobody has seen; an offline command uses such ones for a single run."""
        return cls(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))

    @property
    def token_key_id(self) -> str:
        """The id of the current token key, in hexadecimal."""
        return key_id(self.token).hex()

    def seal(self, plain: bytes, bound_to: str) -> bytes:
        """Encrypts under the current key; opens only with the same `bound_to`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self.encryption).encrypt(nonce, plain, bound_to.encode())
        return key_id(self.encryption) + nonce + sealed

    def unseal(self, sealed: bytes, bound_to: str) -> bytes:
        """What `seal` was given.

        Raises:
            DataFolderError: no configured key opens it, or it belongs to another row.
        """
        key = self._encryption_key(sealed[:_ID_BYTES])
        nonce, cipher = sealed[_ID_BYTES:][:_NONCE_BYTES], sealed[_ID_BYTES + _NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, cipher, bound_to.encode())
        except InvalidTag:
            raise DataFolderError("a ledger row was changed outside the program") from None

    def digest(self, content: bytes) -> bytes:
        """A keyed digest of `content`, with the id of its key in front."""
        return key_id(self.encryption) + _digest(self.encryption, content)

    def is_digest_of(self, digest: bytes, content: bytes) -> bool:
        """Whether `digest` was made of `content`, under the current or the previous key."""
        key = self._encryption_key(digest[:_ID_BYTES])
        return hmac.compare_digest(digest[_ID_BYTES:], _digest(key, content))

    def knows(self, sealed: bytes) -> bool:
        """Whether a configured key opens this ciphertext."""
        return sealed[:_ID_BYTES] in {key_id(key) for key in self._encryption_keys()}

    def _encryption_keys(self) -> list[bytes]:
        return [k for k in (self.encryption, self.encryption_previous) if k is not None]

    def _encryption_key(self, wanted: bytes) -> bytes:
        for key in self._encryption_keys():
            if key_id(key) == wanted:
                return key
        raise DataFolderError(
            "the ledger was written with an encryption key that is not configured"
        )


def _digest(key: bytes, content: bytes) -> bytes:
    own = hmac.digest(key, b"chinhchu content digest", hashlib.sha256)
    return hmac.digest(own, content, hashlib.sha256)


def for_settings(settings: Settings, file: Path, *, may_make: bool) -> Keys:
    """The keys of the environment, else of `file`, else new ones written there (mode 0600).

    `may_make` is False once the data folder holds a ledger: new keys would not open it.

    Raises:
        SettingsError: only one of the two keys is configured, or none beside a database of
            one's own.
        DataFolderError: the file is damaged, or missing where it may not be made.
    """
    if settings.token_key is not None and settings.encryption_key is not None:
        return Keys(
            settings.token_key,
            settings.encryption_key,
            settings.encryption_key_previous,
        )
    if settings.token_key is not None or settings.encryption_key is not None:
        raise SettingsError(
            "CHINHCHU_TOKEN_KEY and CHINHCHU_ENCRYPTION_KEY are set both or not at all"
        )
    if not settings.all_parts_embedded:
        raise SettingsError(
            "a database of your own needs CHINHCHU_TOKEN_KEY and CHINHCHU_ENCRYPTION_KEY as well"
        )
    return _of_file(file, may_make=may_make)


def _of_file(file: Path, *, may_make: bool) -> Keys:
    if not file.exists():
        if not may_make:
            raise DataFolderError(f"the keys of the ledger are missing: {file}")
        _write(file, Keys.new())
    try:
        form = {name: bytes.fromhex(text) for name, text in json.loads(file.read_text()).items()}
        keys = Keys(**form)
    except (ValueError, TypeError, AttributeError):
        raise DataFolderError(f"the keys of the data folder cannot be read: {file}") from None
    if len(keys.token) != KEY_BYTES or len(keys.encryption) != KEY_BYTES:
        raise DataFolderError(f"the keys of the data folder cannot be read: {file}")
    return keys


def _write(file: Path, keys: Keys) -> None:
    """Aside first, then linked into place: a reader never sees half a key."""
    aside = file.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()
    text = json.dumps({"token": keys.token.hex(), "encryption": keys.encryption.hex()})
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    aside.rename(file)
