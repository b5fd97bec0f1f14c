"""Values out of bounds are refused, beginning with the key."""

from __future__ import annotations

import math

import pytest

from engine.bounds import above_zero, at_least, some_text, web_address, without_user


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, "abc", None, True])
def test_no_number_of_that_size(value):
    """Neither is a text, nothing, a truth value or what is not finite."""
    with pytest.raises(ValueError, match=rf"^retries={value}: this must be a number of 0 or more"):
        at_least(0, retries=value)
    with pytest.raises(ValueError, match=rf"^seconds={value}: this must be a number of more than 0"):
        above_zero(seconds=value)


def test_the_least_itself_is_enough():
    at_least(0, retries=0)
    with pytest.raises(ValueError, match="seconds=0"):
        above_zero(seconds=0)


@pytest.mark.parametrize("text", ["", " \n"])
def test_blanks_are_no_text(text):
    with pytest.raises(ValueError, match=r"^id=\s*: "):
        some_text(id=text)


@pytest.mark.parametrize("address", ["notaurl", "host:80", "ftp://host", "http://", ""])
def test_no_address(address):
    with pytest.raises(ValueError, match=r"^base_url=.*: this must be an address"):
        web_address(base_url=address)


def test_an_address():
    """None leaves it to the provider."""
    web_address(base_url="http://127.0.0.1:9", other="https://user:pw@host/v1", none=None)


def test_an_address_with_a_user():
    """It cannot go with a key; what it holds is not repeated."""
    with pytest.raises(ValueError, match=r"^base_url: this must be an address without user and password"):
        without_user(base_url="https://user:pw@host/v1")
    without_user(base_url="https://host/v1?to=a@b", none=None)
