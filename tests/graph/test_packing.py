"""Laws of the packed graph: nothing is lost, bytes sort as the world does, places stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.attributes import Attribute
from graph.measures import Event, MarkEvent
from graph.packing import (
    OURS,
    events_key,
    marks_key,
    pack_event,
    pack_mark,
    pack_values,
    unpack_event,
    unpack_mark,
    unpack_values,
    values_key,
)

# Few signs, so that one identifier begins another; no control character, as the readers have it.
IDENTIFIERS = st.text("aAb0-é字\U0001f600", min_size=1, max_size=3) | st.text(
    st.characters(exclude_categories=["C"]), min_size=1
)
SHORT_TOKENS = st.binary(min_size=8, max_size=8).map(bytes.hex)
TOKENS = st.binary(min_size=16, max_size=16).map(bytes.hex)
TIMES = st.integers(-(1 << 52), 1 << 52)
PROVINCES = st.just("") | st.integers(1, 99).map(lambda code: f"{code:02}")
EVENTS = st.builds(
    Event,
    TIMES,
    IDENTIFIERS,
    IDENTIFIERS,
    SHORT_TOKENS,
    SHORT_TOKENS,
    st.booleans(),
    st.booleans(),
    PROVINCES,
)
MARKS = st.builds(MarkEvent, TIMES, TIMES, IDENTIFIERS, IDENTIFIERS, SHORT_TOKENS, st.booleans())


def score(moment: int) -> bytes:
    return str(moment).encode()


@given(EVENTS)
def test_an_event_comes_back_as_it_went(event):
    assert unpack_event(pack_event(event), score(event.at)) == event


@given(MARKS)
def test_a_mark_comes_back_as_it_went(mark):
    assert unpack_mark(pack_mark(mark), score(mark.confirmed)) == mark


@given(EVENTS, EVENTS)
def test_events_of_one_time_sort_as_bytes_as_the_world_has_them(one, other):
    order = (one.registration_id, one.institution) < (other.registration_id, other.institution)
    if one[1:3] != other[1:3]:
        assert (pack_event(one) < pack_event(other)) == order


@given(MARKS, MARKS)
def test_marks_of_one_confirmation_sort_as_bytes_as_the_world_has_them(one, other):
    if one[1:4] != other[1:4]:
        assert (pack_mark(one) < pack_mark(other)) == (one[1:4] < other[1:4])


@given(TOKENS, TOKENS)
def test_no_two_places_share_a_key(one, other):
    places = {(attribute, token) for attribute in Attribute for token in (one, other)}
    keys = [key(place) for place in places for key in (events_key, marks_key)]
    assert len(set(keys)) == 2 * len(places)
    assert all(key.startswith(OURS) for key in keys)


def test_a_holder_of_another_length_is_refused_not_cut():
    with pytest.raises(ValueError, match="8 bytes"):
        pack_event(Event(0, "1", "A", "aa" * 16, "bb" * 8, is_sim=True, verified=True))


@given(st.lists(st.tuples(st.sampled_from(Attribute), TOKENS)))
def test_the_values_of_a_registration_come_back_as_they_went(values):
    assert unpack_values(pack_values(values)) == values


@given(IDENTIFIERS, IDENTIFIERS, TOKENS)
def test_no_registrations_values_lie_where_a_place_is(institution, identifier, token):
    key = values_key((institution, identifier))
    assert not {key} & {k((a, token)) for a in Attribute for k in (events_key, marks_key)}
    assert key.startswith(OURS)


def test_a_value_of_another_length_is_refused_not_cut():
    with pytest.raises(ValueError, match="16 bytes"):
        pack_values([(Attribute.PHONE, "aa" * 8)])
