"""Groups that show a folder under another name."""

from __future__ import annotations

import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.errors import MissingConfigException

from engine.config.mounts import CONF, RUBRICS, find, options
from tests.engine.config.composing import composed, hydra, my_evals, write


def test_models_are_options_of_each_role(tmp_path):
    """The engine's and the user's, the same for agent and judge, as for the folder itself."""
    with hydra(my_evals(tmp_path)):
        listed = GlobalHydra.instance().config_loader().get_group_options
        assert listed("agent.model") == listed("judge.model") == listed("model")
        assert {"haiku", "tiny"} <= set(listed("agent.model"))
        assert listed("agent.model", ObjectType.GROUP) == []


def test_rubrics_are_a_group(tmp_path):
    """The engine's folder and the user's are one group."""
    with hydra(my_evals(tmp_path)):
        listed = GlobalHydra.instance().config_loader().get_group_options("rubric")
        assert {"mine", "titans"} <= set(listed)


def test_files_are_found_where_hydra_finds_them(tmp_path):
    """Of two files of one name it is the engine's; the user's own lie in the user's folder."""
    own = write(my_evals(tmp_path), {"rubric/titans.yaml": "description: another"})
    with hydra(own):
        assert find("rubric/titans") == RUBRICS / "titans.yaml"
        assert find("rubric/mine") == own / "rubric/mine.yaml"
        assert find("task/titans") == CONF / "task/titans.yaml"
        assert find("task/nothing") is None


def test_options_agree_with_hydra(tmp_path):
    """`--help` lists without starting Hydra, and lists the same."""
    own = my_evals(tmp_path)
    with hydra(own):
        for group in ("task", "model", "rubric", "toolkit", "agent", "grading", "threshold", "sandbox"):
            assert list(options(group, own)) == GlobalHydra.instance().config_loader().get_group_options(
                group
            )


def test_a_model_in_a_folder_is_no_raw_id(tmp_path):
    """A slash means litellm only where there is no such file."""
    own = write(my_evals(tmp_path), {"model/mine/tiny.yaml": "id: the file"})
    assert (
        composed("agent.model=mine/tiny", "sandbox=subprocess", own=own)["agent"]["model"]["id"] == "the file"
    )
    other = composed("agent.model=mine/other", "sandbox=subprocess", own=own)["agent"]["model"]
    assert (other["id"], other["_target_"]) == ("mine/other", "engine.models.litellm.LiteLLM")


def test_a_name_without_a_slash_must_be_there():
    with pytest.raises(MissingConfigException, match=r"agent\.model/gpt-5"):
        composed("agent.model=gpt-5", "sandbox=subprocess")
