"""Laws of the sessions: they rest on a valid key, end by themselves, and never show the key."""

from __future__ import annotations

import pytest

from service.callers import Caller
from service.console.sessions import IDLE, LONGEST, Sessions

ONE = Caller("NHA", "caller", "NHA:ab12")


class Keys:
    """Knows one key until it is revoked."""

    def __init__(self):
        self.valid = {"key of one": ONE}

    def remembered(self, key):
        return None

    def verify(self, key):
        return self.valid.get(key)


class Clock:
    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def keys():
    return Keys()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions(keys, clock):
    return Sessions(keys, clock)


def test_a_valid_key_begins_a_session_of_its_caller(sessions):
    assert sessions.caller(sessions.begin("key of one")) == ONE


@pytest.mark.parametrize("key", ["", "another"])
def test_another_key_begins_none(sessions, key):
    assert sessions.begin(key) is None


@pytest.mark.parametrize("secret", [None, "", "guessed"])
def test_a_guessed_session_is_nobodys(sessions, secret):
    sessions.begin("key of one")
    assert sessions.caller(secret) is None


def test_two_sessions_of_one_key_differ_and_end_apart(sessions):
    one, two = sessions.begin("key of one"), sessions.begin("key of one")
    assert one != two
    sessions.end(one)
    assert sessions.caller(one) is None
    assert sessions.caller(two) == ONE


def test_a_revoked_key_ends_its_sessions(sessions, keys):
    secret = sessions.begin("key of one")
    held = keys.valid.pop("key of one")
    assert sessions.caller(secret) is None
    keys.valid["key of one"] = held
    assert sessions.caller(secret) is None, "it does not come back"


def test_a_session_nobody_uses_ends(sessions, clock):
    secret = sessions.begin("key of one")
    clock.at += IDLE + 1
    assert sessions.caller(secret) is None


def test_a_session_in_use_ends_all_the_same_after_its_longest_time(sessions, clock):
    secret, began = sessions.begin("key of one"), clock.at
    while clock.at + IDLE / 2 - began <= LONGEST:
        clock.at += IDLE / 2
        assert sessions.caller(secret) == ONE
    clock.at += IDLE / 2
    assert sessions.caller(secret) is None


def test_no_repr_shows_a_key(sessions):
    sessions.begin("key of one")
    assert "key of one" not in repr(list(sessions._open.values()))
