"""Laws of the drawing: it shows who shares what kind of thing, and never the thing."""

from __future__ import annotations

import json
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.attributes import Attribute
from service.console.reading import Member
from service.console.ring_graph import box_of, chart, ties_of
from service.console.ring_layout import FRAME, crossing
from service.console.words import Language

KINDS = [attribute.value for attribute in Attribute]
TIES = st.sets(st.integers(0, 9), max_size=5).map(
    lambda found: {f"tie{i:027}": KINDS[i % len(KINDS)] for i in found}
)


@st.composite
def members(draw):
    made = []
    for place, ties in enumerate(draw(st.lists(TIES, max_size=12))):
        if draw(st.booleans()):
            made.append(
                Member(
                    True,
                    0.5,
                    True,
                    ties,
                    registration_id=f"R-{place}",
                    screening_id=uuid4(),
                    decision="review",
                )
            )
        else:
            made.append(Member(False, 0.5, True, ties))
    return made


@given(members())
def test_two_members_are_tied_if_one_tie_holds_both(found):
    tied = {
        frozenset((a, b))
        for tie in ties_of(found)
        for a in tie.members
        for b in tie.members
        if a < b
    }
    sharing = {
        frozenset((a, b))
        for b, second in enumerate(found)
        for a, first in enumerate(found[:b])
        if set(first.ties) & set(second.ties)
    }
    assert tied == sharing


@given(members())
def test_the_same_members_are_tied_once(found):
    knots = [tie.members for tie in ties_of(found)]
    assert len(knots) == len(set(knots))


@settings(deadline=None, max_examples=40)  # a drawing is arranged for each
@given(members(), st.sampled_from(Language))
def test_a_drawing_names_no_tie_by_its_key_and_no_line_into_nowhere(found, language):
    ties = ties_of(found)
    options = chart(found, ties, language)
    (series,) = options["series"]
    points = [point["id"] for point in series["data"]]
    assert len(points) == len(set(points)) == len(found) + len(ties)
    assert all({link["source"], link["target"]} <= set(points) for link in series["links"])
    assert "tie000" not in json.dumps(options)


@settings(deadline=None, max_examples=40)  # a drawing is arranged for each
@given(members(), st.sampled_from(Language))
def test_a_drawing_is_the_same_each_time_and_inside_its_frame(found, language):
    ties = ties_of(found)
    options = chart(found, ties, language)
    assert options == chart(found, ties, language)
    (series,) = options["series"]
    assert series["layout"] == "none"
    width, height = FRAME
    assert all(0 <= p["x"] <= width and 0 <= p["y"] <= height for p in series["data"])
    places = [(p["x"], p["y"]) for p in series["data"]]
    assert len(set(places)) == len(places)


@settings(deadline=None, max_examples=40)  # a drawing is arranged for each
@given(members(), st.sampled_from(Language))
def test_ones_own_have_their_names_beside_them_and_no_tie_is_written_over_one(found, language):
    points = chart(found, ties_of(found), language)["series"][0]["data"]
    for member, point in zip(found, points[: len(found)], strict=True):
        assert point["label"]["show"] == member.own
    boxes = [box_of(point) for point in points]
    for first, second in crossing([(p["x"], p["y"]) for p in points], boxes):
        named = [points[i]["label"]["show"] for i in (first, second)]
        assert second < len(found) or not all(named)


def test_a_drawing_names_ones_own_alone_and_takes_no_orders_from_a_name():
    found = [
        Member(True, None, True, {}, registration_id="{b}", screening_id=uuid4(), decision="clear"),
        Member(False, None, True, {}),
    ]
    own, other = chart(found, [], Language.ENGLISH)["series"][0]["data"]
    assert own["label"]["formatter"] == "(b)"
    assert own["name"] == "{b}"
    assert (other["name"], other["label"]) == ("Another institution", {"show": False})
