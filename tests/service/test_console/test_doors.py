"""Laws of the doors: nothing without a key, nothing for another site, no way out of this host."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode, urlsplit

import pytest

from service.console.app import local


def call(console, method, path, body=None, **headers):
    """One call without following redirections: status, headers, text."""
    door = http.client.HTTPConnection(urlsplit(console.url).netloc, timeout=30)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        door.request(method, path, body, named)
        answer = door.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        door.close()


def signed_in(console, key, **headers):
    form = urlencode({"key": key, "to": "/"})
    status, found, _ = call(console, "POST", "/sign-in", form, **headers)
    assert status == 303
    return found.get("set-cookie", "").split(";")[0]


@pytest.mark.parametrize("path", ["/", "/screenings/x", "/rings/x", "/anything/else", "/?before=1"])
def test_without_a_session_every_page_leads_to_the_sign_in(console, path):
    status, headers, _ = call(console, "GET", path)
    assert status == 303
    assert headers["location"].startswith("/sign-in?to=")


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/redoc"])
def test_there_is_no_second_api_page(console, world, path):
    cookie = signed_in(console, world.key)
    assert call(console, "GET", path, cookie=cookie)[0] == 404


def test_a_session_cookie_is_kept_from_scripts_and_other_sites(console, world):
    form = urlencode({"key": world.key})
    _, headers, _ = call(console, "POST", "/sign-in", form)
    assert {"HttpOnly", "SameSite=lax"} <= set(headers["set-cookie"].split("; "))
    assert world.key not in str(headers)


def test_a_form_of_another_site_signs_nobody_in_or_out(console, world):
    assert signed_in(console, world.key, sec_fetch_site="cross-site") == ""
    cookie = signed_in(console, world.key)
    call(console, "POST", "/sign-out", cookie=cookie, sec_fetch_site="cross-site")
    assert call(console, "GET", "/", cookie=cookie)[0] == 200


@pytest.mark.parametrize("body", ["", "key=", "key=%00", "key=" + "x" * 100_000, b"\xff\xfe"])
def test_a_form_that_says_nothing_is_a_failed_sign_in(console, body):
    status, headers, _ = call(console, "POST", "/sign-in", body)
    assert status == 303
    assert "problem=failed" in headers["location"]


def test_every_answer_forbids_other_hosts_and_frames(console):
    for path in ("/sign-in", "/", "/language/en"):
        _, headers, _ = call(console, "GET", path)
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy


@pytest.mark.parametrize(
    ("to", "leads_to"),
    [
        ("/rings/a?b=c", "/rings/a?b=c"),
        (None, "/"),
        ("", "/"),
        ("https://elsewhere.example", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/\r\nset-cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_a_way_back_stays_on_this_console(to, leads_to):
    assert local(to) == leads_to


@pytest.mark.parametrize(
    "path",
    [
        "/screenings/" + "0" * 32,
        "/screenings/x%00",
        "/screenings/%F0%9F%90%9F",
        "/rings/%00",
        "/rings/" + "x" * 5000,
        "/rings/a%2Fb",
        "/nothing",
        "/screenings/",
    ],
)
def test_what_is_not_there_is_a_calm_page(console, world, path):
    cookie = signed_in(console, world.key)
    status, _, text = call(console, "GET", path, cookie=cookie)
    assert status == 404
    assert "Không tìm thấy" in text


@pytest.mark.parametrize("query", ["before=x", "after=-1", "decision=maybe", "before=" + "9" * 400])
def test_an_address_that_makes_no_sense_is_the_first_page(console, world, query):
    cookie = signed_in(console, world.key)
    status, _, text = call(console, "GET", f"/?{query}", cookie=cookie)
    assert status == 200
    assert "A-late" in text


def test_another_institutions_screening_and_an_unknown_one_look_alike(console, world):
    cookie = signed_in(console, world.key)
    pages = [
        call(console, "GET", f"/screenings/{wanted}", cookie=cookie)
        for wanted in (world.screenings["B-hidden-1"], "00000000-0000-4000-8000-000000000000")
    ]
    assert [status for status, _, _ in pages] == [404, 404]
    assert all("B-hidden" not in text for _, _, text in pages)


def test_nothing_typed_stands_in_any_page_or_in_the_log(console, world, names):
    cookie = signed_in(console, world.key)
    paths = ["/", names["ring_path"], f"/screenings/{world.screenings['A-ring-1']}"]
    texts = [call(console, "GET", path, cookie=cookie)[2] for path in paths]
    for text in [*texts, console.log.read_text()]:
        assert not [secret for secret in names["secrets"] if secret in text]
        assert "B-hidden" not in text
        assert world.key not in text


def test_the_log_stays_empty_while_all_goes_well(console, world):
    cookie = signed_in(console, world.key)
    call(console, "GET", "/not/here?name=somebody", cookie=cookie)
    call(console, "GET", "/_nicegui/nothing?name=somebody", cookie=cookie)
    assert "somebody" not in console.log.read_text()


def test_while_the_ledger_is_away_the_console_says_so_and_lives_on(doomed):
    console, key, take_the_ledger = doomed
    cookie = signed_in(console, key)
    assert call(console, "GET", "/", cookie=cookie)[0] == 200
    take_the_ledger()
    status, _, text = call(console, "GET", "/", cookie=cookie)
    assert status == 503
    assert "Sổ cái tạm thời chưa trả lời" in text
    _, headers, _ = call(console, "POST", "/sign-in", urlencode({"key": key}))
    assert "problem=away" in headers["location"]
    assert key not in console.log.read_text()
