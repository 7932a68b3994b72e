"""What the tests of the registers share: services on real sockets, good and bad, and a clock."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic, sleep

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from features.evidence import FIELDS, RegisterAnswer
from features.register.remote import RemoteRegister, Surroundings, Terms
from features.register.replica import Replica
from features.registration import Registration
from service.nationalregister.app import StandIn, Switches
from service.webserver import address, answering, listening

REAL = Surroundings(monotonic, sleep, Random(1).random)
AMPLE = 10**9


@dataclass
class Watch:
    """A clock that goes on only where somebody sleeps or the test says so."""

    now: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def around(self) -> Surroundings:
        """The outside of a register, with chance always one half."""
        return Surroundings(lambda: self.now, self.sleep, lambda: 0.5)


@contextmanager
def at_work(app: ASGIApp) -> Iterator[str]:
    """The address of an application on a free port of this machine."""
    with listening("127.0.0.1", 0, "a port") as listener, answering(app, listener):
        yield address("127.0.0.1", listener.getsockname()[1])


@contextmanager
def standing_in(replica: Replica, token: str | None = None, **switches: float) -> Iterator[str]:
    """The address of a stand-in over a replica."""
    with at_work(StandIn(replica, Switches(**switches), Random(1), token).app()) as url:
        yield url


@contextmanager
def asked_at(
    url: str, around: Surroundings = REAL, **terms: float | str | None
) -> Iterator[RemoteRegister]:
    """A remote register, with ample time and budget where the test says nothing else."""
    agreed = {"deadline": 20.0, "per_minute": AMPLE, "max_age": 0.0, "backoff": 0.01}
    with closing(RemoteRegister(Terms(url, **agreed | terms), around)) as register:
        yield register


YES = dict.fromkeys(FIELDS, True)
Reply = Callable[[list[dict]], Response]


def reply(answers: list[dict], as_of: str = "2026-07-01") -> Response:
    return Response(json.dumps({"as_of": as_of, "answers": answers}))


def agreeing(questions: list[dict], as_of: str = "2026-07-01") -> Response:
    """Yes to everything."""
    answer = {"answer": "verdicts", "found_by": "number", "fields": YES}
    return reply([answer] * len(questions), as_of)


def failing(status: int, **headers: str) -> Reply:
    return lambda _: Response("", status, {k.replace("_", "-"): v for k, v in headers.items()})


class Script:
    """A service that replies as it is told, the last line again and again, and keeps the calls."""

    def __init__(self) -> None:
        self.begin()
        self.app = Starlette(routes=[Route("/{path:path}", self._reply, methods=["GET", "POST"])])

    def begin(self) -> None:
        """Agrees to everything again, and forgets."""
        self.lines: list[Reply] = [agreeing]
        self.calls: list[list[dict]] = []
        self.requests: list[Request] = []

    async def _reply(self, request: Request) -> Response:
        questions = json.loads(await request.body() or b'{"questions":[]}')["questions"]
        self.requests.append(request)
        self.calls.append(questions)
        line = self.lines.pop(0) if len(self.lines) > 1 else self.lines[0]
        return line(questions)


def one(register: RemoteRegister, registration: Registration) -> RegisterAnswer:
    (answer,) = register.ask([registration])
    return answer


def crowd(typed: Callable[..., Registration], count: int) -> list[Registration]:
    return [typed(document_number=f"0790901{n:05}") for n in range(count)]


def turn(url: str, **switches: float) -> None:
    httpx2.put(f"{url}/switches", json=switches, trust_env=False).raise_for_status()


@contextmanager
def at_the_socket(meet: Callable[[socket.socket], object]) -> Iterator[int]:
    """The port of a server that meets its callers one after the other, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            with caller, suppress(OSError):
                caller.settimeout(5)
                meet(caller)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@contextmanager
def talking(say: Callable[[socket.socket], object]) -> Iterator[str]:
    """The address of a server that reads a call and says something of its own."""

    def meet(caller: socket.socket) -> None:
        heard = b""
        while not heard.endswith(b"}]}"):
            part = caller.recv(65_536)
            if not part:  # who called has gone
                return
            heard += part
        say(caller)

    with at_the_socket(meet) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def unproved(folder: Path, heard: list[bytes]) -> Iterator[str]:
    """The address of a TLS server with a certificate that nobody vouches for; keeps what it hears."""
    file = folder / "server.pem"
    file.write_bytes(_self_signed("localhost"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)

    def meet(caller: socket.socket) -> None:
        with context.wrap_socket(caller, server_side=True) as safe:
            heard.append(safe.recv(1))

    with at_the_socket(meet) as port:
        yield f"https://localhost:{port}"


def _self_signed(host: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(pem, *plain) + made.public_bytes(pem)
