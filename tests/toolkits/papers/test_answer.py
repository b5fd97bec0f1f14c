"""What an HTTP answer means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from toolkits.papers.answer import WORDS, content, document, retry_after, understood
from toolkits.papers.trouble import Absent, Trouble


def test_a_good_answer():
    assert content(httpx.Response(200), b"x") == b"x"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 529])
def test_trouble_that_passes(status):
    """It may be tried again, and its number is told."""
    with pytest.raises(Trouble, match=f"HTTP {status}") as raised:
        content(httpx.Response(status, headers={"Retry-After": "7"}), b"")
    assert raised.value.temporary
    assert raised.value.retry_after == 7


@pytest.mark.parametrize("status", [400, 401, 403, 405, 418])
def test_trouble_that_stays(status):
    """It is not tried again, and not kept: a key may be given later."""
    with pytest.raises(Trouble, match=f"HTTP {status}") as raised:
        content(httpx.Response(status), b"")
    assert not raised.value.temporary
    assert not isinstance(raised.value, Absent)
    assert raised.value.instead


def test_an_unknown_paper():
    """A no is an answer, with what to do instead."""
    with pytest.raises(Absent, match="does not know this paper") as raised:
        content(httpx.Response(404), b"")
    assert "search" in raised.value.told()["instead"]


@pytest.mark.parametrize(
    ("body", "words"), [(b" <html>", "a page of HTML"), (b"", "something"), (b"[" * 100_000, "something")]
)
def test_what_is_no_json(body, words):
    """It is temporary: a site in trouble says 200 as well."""
    with pytest.raises(Trouble, match=f"answered with {words} that is no JSON") as raised:
        document(body)
    assert raised.value.temporary


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("", None),
        (None, None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_when_to_come_back(said, seconds):
    assert retry_after(said) == seconds


def test_when_to_come_back_by_date():
    """A date that has passed is now."""
    soon = datetime.now(UTC) + timedelta(seconds=30)
    assert retry_after(format_datetime(soon, usegmt=True)) == pytest.approx(30, abs=2)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize(
    "wrong", [lambda: {}["x"], lambda: None.x, lambda: (1, 2)[len(WORDS)], lambda: int("x"), lambda: 1 + ""]
)
def test_an_answer_of_another_form(wrong):
    """Any slip over what a field holds is the source's trouble."""
    with pytest.raises(Trouble, match="in a form that it should not have"), understood():
        wrong()
