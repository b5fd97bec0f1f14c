"""Programs as texts: what a job needs to import them."""

from __future__ import annotations

import sandbox.watched
from sandbox.texts import texts


def test_a_package_lies_where_its_name_is():
    """All its modules, and the channel, relative to the working folder."""
    found = texts(sandbox.watched)
    assert {"sandbox/channel.py", "sandbox/watched/launcher.py", "sandbox/watched/script.py"} <= set(found)
    assert all(name.startswith("sandbox/") for name in found)
    assert b"def main()" in found["sandbox/watched/launcher.py"]
