"""Secrets at rest: Fernet under the keys of FBADS_ENCRYPTION_KEYS, the newest first, any of them to read."""

from typing import TYPE_CHECKING

from pydantic import SecretStr

from fbads_pipeline.settings import SettingsError, encryption_keys

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

MISSING = "FBADS_ENCRYPTION_KEYS is missing: set it to a key that `fbads tokens new-key` prints"
WRONG = "FBADS_ENCRYPTION_KEYS does not open the stored {name}: put the key that it was stored under back"


class Cipher:
    """Encrypts under the first key, decrypts under any. Without keys every use raises SettingsError."""

    def __init__(self, keys: SecretStr | None) -> None:
        self._keys = encryption_keys(keys)

    def encrypt(self, secret: str) -> bytes:
        """The secret as a Fernet token."""
        return self._fernet().encrypt(secret.encode())

    def decrypt(self, encrypted: bytes, *, name: str) -> str:
        """The secret in clear; name: whose it is, for the sentence that says that no key fits."""
        # cryptography is heavy: imported where it is needed.
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet().decrypt(encrypted).decode()
        except InvalidToken:
            raise SettingsError(WRONG.format(name=name)) from None

    def rotate(self, encrypted: bytes, *, name: str) -> bytes:
        """The same secret under the first key; name: as of decrypt."""
        # See above.
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet().rotate(encrypted)
        except InvalidToken:
            raise SettingsError(WRONG.format(name=name)) from None

    def _fernet(self) -> "MultiFernet":
        # cryptography is heavy: imported where it is needed.
        from cryptography.fernet import Fernet, MultiFernet

        if not self._keys:
            raise SettingsError(MISSING)
        return MultiFernet([Fernet(key) for key in self._keys])


def new_key() -> str:
    """A fresh key, as the setting reads it."""
    # cryptography is heavy: imported where it is needed.
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
