"""Handing in."""

from __future__ import annotations

import json

import pytest

from engine.errors import AgentFailed
from engine.model import ToolCall
from engine.tool import Submitted, specs, use
from tests.doubles import attempt
from tests.toolkits.using import using
from toolkits.submit import Submit, SubmitDocument, SubmitFile


async def test_submitting_ends_the_attempt(tmp_path):
    """The content becomes the file that the task asks for."""
    call = ToolCall("1", "submit", {"content": "x = 1\n"})
    with pytest.raises(Submitted) as done:
        await use(call, attempt(tmp_path, tools={"submit": Submit()}))
    assert dict(done.value.submission.files) == {"answer.py": "x = 1\n"}


async def test_an_empty_submission_is_refused(tmp_path):
    """Nothing is not handed in by accident."""
    result = await use(
        ToolCall("1", "submit", {"content": ""}), attempt(tmp_path, tools={"submit": Submit()})
    )
    assert result.error


SUBMITS = {"submit_file": SubmitFile()}


async def test_a_file_of_the_workspace(tmp_path):
    """It becomes the file that the task asks for, whatever it is called, byte for byte."""
    async with using(tmp_path, SUBMITS, {"mine/work.py": "x = 'zwölf'\r\n"}) as call:
        with pytest.raises(Submitted) as done:
            await call("submit_file", path="mine/work.py")
    assert dict(done.value.submission.files) == {"answer.py": "x = 'zwölf'\r\n"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("empty.py", "empty.py: this file is empty"),
        ("no.py", "no.py: No such file"),
        ("long.py", "long.py: this has more than 1000000 bytes"),
    ],
)
async def test_what_cannot_be_handed_in(tmp_path, path, words):
    """It is told, and the attempt goes on."""
    async with using(tmp_path, SUBMITS, {"empty.py": "", "long.py": "#" * 1_000_001}) as call:
        result = await call("submit_file", path=path)
        assert result.error
        assert words in result.text


FORM = {
    "type": "object",
    "properties": {"ideas": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 3}}},
    "required": ["ideas"],
    "additionalProperties": False,
}


class Document:
    """Calls of one attempt, and what comes of each."""

    def __init__(self, folder):
        self.attempt = attempt(folder, tools={"submit": SubmitDocument(FORM)})

    async def __call__(self, /, **document):
        """As the agent's loop does: a misfit is counted once it is answered."""
        result = await use(ToolCall("1", "submit", document), self.attempt)
        self.attempt.refused.extend(["submit"] * result.misfit)
        return result

    async def handed_in(self, /, **document):
        with pytest.raises(Submitted) as done:
            await self(**document)
        return done.value.submission


async def test_a_document_is_its_own_arguments(tmp_path):
    """It becomes the file that the task asks for, as JSON that people can read, umlauts and all."""
    submission = await Document(tmp_path).handed_in(ideas=["Wärme", "a\nb"])
    assert dict(submission.files) == {"answer.py": '{\n  "ideas": [\n    "Wärme",\n    "a\\nb"\n  ]\n}\n'}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "arguments: 'ideas' is a required property"),
        ({"ideas": []}, "ideas: [] should be non-empty"),
        ({"ideas": ["good", "x"]}, "ideas.1: 'x' is too short"),
        ({"ideas": ["good"], "self": 1, "attempt": 2}, "Additional properties are not allowed"),
    ],
)
async def test_a_document_that_does_not_fit_is_told_once(tmp_path, document, words):
    """With what is wrong and where; the same again is handed in as it is, for the gates to judge."""
    submit = Document(tmp_path)
    refused = await submit(**document)
    assert refused.error
    assert words in refused.text
    assert json.loads((await submit.handed_in(**document)).files["answer.py"]) == document


async def test_a_document_that_is_mended(tmp_path):
    """What counts is what is handed in."""
    submit = Document(tmp_path)
    assert (await submit(ideas=[])).error
    assert json.loads((await submit.handed_in(ideas=["good"])).files["answer.py"]) == {"ideas": ["good"]}


async def test_a_document_that_is_no_text(tmp_path):
    """Half a surrogate pair cannot be written: the agent's failure."""
    with pytest.raises(AgentFailed, match="invalid_submission"):
        await Document(tmp_path)(ideas=["bad \ud800"])


def test_the_form_of_a_document_is_shown_to_the_agent():
    """The schema is the tool's, and a copy of the config's."""
    form = dict(FORM)
    (spec,) = specs({"submit": SubmitDocument(form)})
    form.clear()
    assert spec.schema == FORM


@pytest.mark.parametrize("schema", [{}, {"type": "array"}, {"properties": {}}])
def test_a_document_is_an_object(schema):
    """Arguments cannot be anything else."""
    with pytest.raises(ValueError, match=r"^schema: this must be a JSON Schema of type object"):
        SubmitDocument(schema)
