"""One call of a remote register over HTTP, bounded in time and size, that always ends.

No redirect is followed, certificates are verified, no proxy or credential is taken from the
environment, and personal data stands in the body alone.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future

import httpx2

LARGEST_REPLY = 1 << 20
"""Bytes; a hundred answers are some twenty thousand."""


_REFUSED = (400, 413, 422)


class UnansweredError(Exception):
    """A call without a usable reply.

    `again`: the same call may do better. `after`: the seconds that the register asked to wait.
    """

    def __init__(self, *, again: bool, after: float | None = None) -> None:
        super().__init__("the register gave no usable answer")
        self.again = again
        self.after = after


class RefusedError(UnansweredError):
    """The register works, and does not take these questions together."""

    def __init__(self) -> None:
        super().__init__(again=False)


class Exchange:
    """The connection to one register; calls share it."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self._url = url
        self._client = httpx2.Client(headers=headers, follow_redirects=False, trust_env=False)

    def post(self, body: bytes, within: float) -> bytes:
        """The content of the reply.

        The call runs in a thread of its own: neither a name that is looked up slowly nor a reply
        that comes byte by byte keeps the caller longer than `within` seconds.

        Raises:
            UnansweredError: no reply in time, or none that can be used.
        """
        reply: Future[bytes] = Future()
        threading.Thread(
            target=self._fill, args=(reply, body, within), name="register", daemon=True
        ).start()
        try:
            return reply.result(within)
        except TimeoutError:
            raise UnansweredError(again=True) from None

    def close(self) -> None:
        """Lets go of the connections."""
        self._client.close()

    def _fill(self, reply: Future[bytes], body: bytes, within: float) -> None:
        try:
            reply.set_result(self._call(body, within))
        except UnansweredError as error:
            reply.set_exception(error)
        except httpx2.TransportError:
            reply.set_exception(UnansweredError(again=True))
        except Exception:  # noqa: BLE001 whatever it is, an outage is an answer
            reply.set_exception(UnansweredError(again=False))

    def _call(self, body: bytes, within: float) -> bytes:
        with self._client.stream("POST", self._url, content=body, timeout=within) as response:
            if response.status_code in _REFUSED:
                raise RefusedError
            if response.status_code != 200:
                again = response.status_code == 429 or response.status_code >= 500
                raise UnansweredError(again=again, after=_seconds(response))
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise UnansweredError(again=False)  # packed small, it could be of any size
            content = bytearray()
            for part in response.iter_raw():
                content += part
                if len(content) > LARGEST_REPLY:
                    raise UnansweredError(again=False)
            return bytes(content)


def _seconds(response: httpx2.Response) -> float | None:
    """Of a `Retry-After` in seconds; one that is a date is left to the usual pauses."""
    text = response.headers.get("Retry-After", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
