"""One call of a remote register over HTTP, bounded in time and size, that always ends.

No redirect is followed, certificates are verified, no proxy or credential is taken from the
environment, and personal data stands in the body alone.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

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


class RefusedError(Exception):
    """The register replied, and does not take these questions together."""


class _Line:
    """A client and the socket that it talks through, which can be cut while a thread waits at it."""

    def __init__(self, headers: Mapping[str, str], trusted: ssl.SSLContext) -> None:
        self.client = httpx2.Client(
            headers=headers, verify=trusted, follow_redirects=False, trust_env=False
        )
        self._socket: socket.socket | None = None
        self._is_cut = False

    def watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Follows a call: takes note of the socket as soon as there is one."""
        if event in _CONNECTED:
            self._socket = told["return_value"].get_extra_info("socket")
            if self._is_cut:
                self._hang_up()

    def cut(self) -> None:
        """Ends whatever is under way; no other call can be made."""
        self._is_cut = True
        self._hang_up()

    def close_if_cut(self) -> None:
        """Lets go of the connection; for the thread that has talked through it."""
        if self._is_cut:
            self.client.close()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # it has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)


_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")


class Exchange:
    """The connection to one register; calls share it, one after the other."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        self._headers = {"Accept-Encoding": "identity", "Content-Type": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._trusted = httpx2.create_ssl_context(trust_env=False)
        self._line = _Line(self._headers, self._trusted)

    def post(self, body: bytes, within: float) -> bytes:
        """The content of the reply.

        The call runs in a thread of its own: neither a name that is looked up slowly nor a reply
        that comes byte by byte keeps the caller longer than `within` seconds. What is under way
        then is cut, so that its thread ends, and the next call goes over a new connection.

        Raises:
            UnansweredError: no reply in time, or none that can be used.
            RefusedError: it does not take these questions.
        """
        reply: Future[bytes] = Future()
        line = self._line
        threading.Thread(
            target=self._fill, args=(reply, line, body, within), name="register", daemon=True
        ).start()
        try:
            return reply.result(within)
        except TimeoutError:
            self._line = _Line(self._headers, self._trusted)
            line.cut()
            if reply.done():  # only now: its thread may not have seen the cut
                line.client.close()
            raise UnansweredError(again=True) from None

    def close(self) -> None:
        """Lets go of the connections."""
        self._line.client.close()

    def _fill(self, reply: Future[bytes], line: _Line, body: bytes, within: float) -> None:
        try:
            reply.set_result(self._call(line, body, within))
        except (UnansweredError, RefusedError) as error:
            reply.set_exception(error)
        except httpx2.TransportError:
            reply.set_exception(UnansweredError(again=True))
        except Exception:  # noqa: BLE001 whatever it is, an outage is an answer
            reply.set_exception(UnansweredError(again=False))
        finally:
            line.close_if_cut()

    def _call(self, line: _Line, body: bytes, within: float) -> bytes:
        watched = {"trace": line.watch}
        with line.client.stream(
            "POST", self._url, content=body, timeout=within, extensions=watched
        ) as response:
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
