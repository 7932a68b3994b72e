"""The console as one ASGI application: the pages of NiceGUI, sign-in, and what guards them."""

from __future__ import annotations

from importlib import resources
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from nicegui import ui
from nicegui.translations import translations
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.console import pages
from service.console.sessions import COOKIE, LONGEST
from service.console.visit import LANGUAGE_COOKIE, Console
from service.console.words import Language
from service.errors import UnavailableError

_LARGEST_FORM = 8 * 1024
_YEAR = 365 * 24 * 3600
_HEADERS = {
    # Vue compiles its templates in the browser, hence 'unsafe-eval'. Nothing leaves this host.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" '
    'rx="7" fill="#12405f"/><path d="M9 16.5l5 5 9-11" fill="none" stroke="#fff" '
    'stroke-width="3.4" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def create_app(console: Console) -> FastAPI:
    """The console; NiceGUI keeps its pages for the process, so there is one a process."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    app.include_router(_doors(console))
    translations["vi"] = {
        "connection_lost": "Mất kết nối.",
        "trying_to_reconnect": "Đang kết nối lại...",
        "message_too_long": "Nội dung quá dài.",
        "message_too_long_body": "Hãy tải lại trang.",
    }
    style = (resources.files("service.console") / "style.css").read_text("utf-8")
    ui.add_head_html(f"<style>{style}</style>", shared=True)
    ui.add_body_html(f"<noscript>{_no_script()}</noscript>", shared=True)
    pages.register(console)
    ui.run_with(
        app,
        title="chinhchu",
        favicon=_ICON,
        language="vi",
        tailwind=False,
        binding_refresh_interval=None,
        show_welcome_message=False,
    )
    return app


class Guard:
    """Puts the headers on every answer that keep other sites out and this page's requests in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything through; answers of HTTP get the headers."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, guarded if scope["type"] == "http" else send)


def _doors(console: Console) -> APIRouter:
    router = APIRouter()

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        form = await _form(request)
        to = local(form.get("to"))
        try:
            secret = await run_in_threadpool(console.sessions.begin, form.get("key", "").strip())
        except UnavailableError:
            return _see(f"/sign-in?{urlencode({'problem': 'away', 'to': to})}")
        if secret is None:
            return _see(f"/sign-in?{urlencode({'problem': 'failed', 'to': to})}")
        answer = _see(to)
        _remember(request, answer, COOKIE, secret, int(LONGEST))
        return answer

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        if not _from_elsewhere(request):
            console.sessions.end(request.cookies.get(COOKIE))
        answer = _see("/sign-in")
        answer.delete_cookie(COOKIE)
        return answer

    @router.get("/language/{code}")
    async def language(request: Request, code: str, to: str = "/") -> Response:
        answer = _see(local(to))
        _remember(request, answer, LANGUAGE_COOKIE, Language.of(code).value, _YEAR)
        return answer

    return router


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form sent by our own page; empty for anything else."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_FORM:
            return {}
    if _from_elsewhere(request):
        return {}
    return {k: v[-1] for k, v in parse_qs(body.decode("utf-8", "replace")).items()}


def _from_elsewhere(request: Request) -> bool:
    """Whether another site's page made the browser send this."""
    return request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


def local(to: str | None) -> str:
    """An address of this console; the first page for any other."""
    if not to or not to.startswith("/") or to.startswith(("//", "/\\")):
        return "/"
    return to if to.isprintable() else "/"


def _remember(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    answer.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/"
    )


def _see(where: str) -> RedirectResponse:
    return RedirectResponse(where, status_code=303, headers={"cache-control": "no-store"})


def _no_script() -> str:
    return " / ".join(language.say("script_needed") for language in Language)
