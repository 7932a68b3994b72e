"""Reasons in words: the figure behind them is told as it was counted, and nothing that was not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.vector import NAMES
from models.screening import vectors_of
from models.wording import REASONS, words_of


def vector(**values):
    """A vector of nothing but these; a name's dots are written as double underscores."""
    made = np.full(len(NAMES), np.nan)
    for name, value in values.items():
        made[NAMES.index(name.replace("__", "."))] = value
    return made


def holders(link, *counts):
    """Other holders over a day, 7, 30, 90 days and all time."""
    windows = ("1d", "7d", "30d", "90d", "all")
    return {f"{link}__holders__{w}": n for w, n in zip(windows, counts, strict=True)}


TOLD = [  # (code, values, Vietnamese, English)
    (
        "SHARED_DEVICE",
        holders("device", 0, 2, 7, 7, 8),  # the shortest window that holds most of them
        "Thiết bị này đã dùng cho 7 người khác trong 30 ngày qua.",
        "This device was used for 7 other people in the last 30 days.",
    ),
    (
        "SHARED_PHONE",
        holders("phone", 1, 1, 1, 1, 1),
        "Số điện thoại liên hệ này đã dùng cho 1 người khác trong 24 giờ qua.",
        "This contact phone was used for 1 other person in the last 24 hours.",
    ),
    (
        "SHARED_EMAIL",
        holders("email", 0, 0, 0, 0, 2),
        "Địa chỉ thư điện tử này đã khai cho 2 người khác.",
        "This e-mail address was given for 2 other people.",
    ),
    (  # nobody else, but more registrations
        "SHARED_FACE",
        holders("face", 0, 0, 0, 0, 0)
        | {f"face__registrations__{w}": 1 for w in ("1h", "1d", "7d", "30d", "all")},
        "Khuôn mặt này có trong 1 đăng ký khác của chính người này trong một giờ qua.",
        "This face is in 1 other registration of the same holder in the last hour.",
    ),
    (  # what an attribute remembers is bounded, so the number is a least one
        "SHARED_ADDRESS",
        holders("address", 3, 5, 60, 60, 60) | {"address__registrations__30d": 64},
        "Địa chỉ này đã khai cho ít nhất 60 người khác trong 30 ngày qua.",
        "This address was given for at least 60 other people in the last 30 days.",
    ),
    (
        "FRAUD_NEARBY_PHONE",
        {"phone__frauds__90d": 0, "phone__frauds__all": 1},
        "1 đăng ký liên quan đến số điện thoại liên hệ này đã được xác nhận gian lận.",
        "1 registration connected with this contact phone was confirmed as fraud.",
    ),
    (  # the fact is one of 90 days, whatever was before
        "PHONE_OF_FRAUD",
        {"phone__frauds__90d": 1, "phone__frauds__all": 9},
        "1 đăng ký dùng số điện thoại này đã được xác nhận gian lận trong 90 ngày qua.",
        "1 registration with this phone was confirmed as fraud in the last 90 days.",
    ),
    (
        "NUMBER_OF_ANOTHER",
        {"phone_as_sim__strangers__all": 2},
        "SIM của số điện thoại liên hệ đã đứng tên 2 người khác họ.",
        "The SIM of the contact phone was in the names of 2 people of other family names.",
    ),
    (
        "UNUSUAL_AGENT",
        {
            "agent__registrations__1d": 34,
            "agent__unverified__1d": 12,
            "agent__unverified_excess__1d": 9.2,
        },
        "12 trong 34 đăng ký 24 giờ qua của nhân viên hoặc điểm đăng ký này chưa xác minh được danh tính.",
        "12 of the 34 registrations of this agent in the last 24 hours have an unverified identity.",
    ),
    (
        "UNUSUAL_TABLET",
        {"tablet__registrations__1d": 34, "tablet__pace__1d": 3.42},
        "Máy của điểm đăng ký này có 34 đăng ký trong 24 giờ qua, gấp 3,4 lần một ngày thường.",
        "This agent's tablet has 34 registrations in the last 24 hours, 3.4 times its usual day.",
    ),
    (
        "DISAGREEMENTS",
        {"disagreements": 0, "partial_agreements": 1},
        "1 trường chỉ khớp một phần với cơ sở dữ liệu dân cư.",
        "1 field agrees only in part with the population register.",
    ),
    (
        "DOCUMENT_DATES",
        {"document_days_expired": 1, "issue_date_apart": 4},
        "Giấy tờ đã hết hạn 1 ngày trước đó.",
        "The document expired 1 day before.",
    ),
    (
        "CONTACT",
        {"has_contact_phone": 0, "has_email": 0, "has_address": 1},
        "Không khai số điện thoại liên hệ, thư điện tử.",
        "Not given: contact phone, e-mail address.",
    ),
    (
        "TIME_OF_DAY",
        {"hour": 2 + 10 / 60},
        "Đăng ký lúc 02:10.",
        "Registered at 02:10 in Vietnam.",
    ),
]


@pytest.mark.parametrize(("code", "values", "vi", "en"), TOLD, ids=[t[0] for t in TOLD])
def test_a_reason_tells_the_figure_behind_it(code, values, vi, en):
    assert words_of(code, vector(**values)) == (vi, en)


def test_what_is_not_known_or_counts_nothing_is_never_told():
    for code, plain in REASONS.items():
        assert words_of(code, vector()) == plain
        if code not in {"CONTACT", "TIME_OF_DAY"}:  # a missing phone is told, and midnight is one
            assert words_of(code, np.zeros(len(NAMES))) == plain


def test_a_row_of_other_features_and_a_code_of_other_times_keep_their_plain_words():
    assert words_of("SHARED_DEVICE", np.zeros(3)) == REASONS["SHARED_DEVICE"]
    assert words_of("GONE", np.zeros(len(NAMES))) == ("GONE", "GONE")


@given(
    st.sampled_from(sorted(REASONS)),
    arrays(float, len(NAMES), elements=st.sampled_from([np.nan, -1.0, 0.0, 1.0, 2.0, 64.0, 0.5])),
)
def test_any_vector_gives_one_plain_sentence_in_each_language(code, values):
    for text in words_of(code, values):
        assert text.endswith(".")
        assert "nan" not in text.lower().split()
        assert "{" not in text
        assert text[0] == text[0].upper()


def test_the_sentences_of_a_whole_world_tell_figures(trained):
    """More than one distinct number of people is told of shared phones."""
    told = {words_of("SHARED_PHONE", v)[1] for v in vectors_of(trained.facts)}
    assert {t for t in told if "1 other person" in t}
    assert {t for t in told if "2 other people" in t}
    assert not {t for t in told if " 0 " in t or " 1 other people" in t}
