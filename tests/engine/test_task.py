"""The folder of a task: nothing in it leads out of the config folder that the task came from."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from engine.config.mounts import CONF
from engine.errors import Refused
from engine.task import Assets, text
from tests.engine.config.composing import my_evals


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    (tmp_path / "secret.txt").write_text("secret")
    return Assets(my_evals(tmp_path / "my_evals") / "task/mine")


def test_the_root(assets, tmp_path):
    """It is the folder above task/, however deep the task lies in it."""
    assert assets.root == tmp_path / "my_evals"
    assert Assets(tmp_path / "my_evals/task/poems/mine").root == tmp_path / "my_evals"


@pytest.mark.parametrize("path", ["../../../secret.txt", "/etc/passwd", "specimens/../../../../secret.txt"])
def test_a_path_that_leads_outside(assets, path):
    with pytest.raises(
        Refused, match=rf"^task\.reference={re.escape(path)}: this leads out of .*/my_evals, "
    ):
        assets.within(path, "task.reference")


def test_a_path_that_stays_inside(assets):
    assert assets.within("../mine.yaml", "task.reference").is_file()
    assert assets.within("specimens", "task.specimens").is_dir()


@pytest.mark.parametrize("place", ["given/x.txt", "specimens/x.txt", "probes/x.py", "prompt.md", "given/sub"])
def test_a_link_that_leads_outside(assets, tmp_path, place):
    """Of a file or a folder, in whatever part."""
    (assets.folder / place).unlink(missing_ok=True)
    target = tmp_path if place.endswith("sub") else tmp_path / "secret.txt"
    (assets.folder / place).symlink_to(target)
    with pytest.raises(Refused, match=rf"^{assets.folder}/{place}: this link leads out of .*/my_evals"):
        assets.check()


def test_a_folder_that_is_a_link(assets, tmp_path):
    assets.folder.rename(tmp_path / "elsewhere")
    assets.folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match=r"/task/mine: this link leads out of"):
        assets.check()


def test_links_within(assets):
    """Such as those that are shipped; the whole folder may be reached by one as well."""
    (assets.folder / "given/x.txt").symlink_to("../specimens/good.txt")
    assets.check()
    (assets.root.parent / "link").symlink_to(assets.root)
    Assets(assets.root.parent / "link/task/mine").check()
    Assets(CONF / "task/ideas").check()


def test_what_has_no_end_is_not_read(tmp_path):
    """A pipe would be waited for, a device gives more and more."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(10**12)
    for name, message in (("pipe", "regular file"), ("zero", "regular file"), ("huge", "too large")):
        with pytest.raises(OSError, match=message):
            text(tmp_path / name)


def test_what_is_given_is_bounded(assets):
    with (assets.folder / "given/huge").open("wb") as huge:
        huge.truncate(10**12)
    with pytest.raises(OSError, match="too large"):
        assets.given()
