"""What the tests of the API share: its moment, and what a problem document looks like."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def problem(response, status, code):
    """Checks that a response is one problem document, and gives it."""
    form = response.json()
    assert response.status_code == form["status"] == status, form
    assert response.headers["content-type"] == "application/problem+json"
    assert form["type"] == f"urn:chinhchu:problem:{code}"
    assert form["title"]
    assert form["title_vi"]
    return form
