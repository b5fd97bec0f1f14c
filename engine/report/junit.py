"""Experiments as JUnit XML, which CI systems show as tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from engine.past import Past
from engine.record import Record
from engine.visible import brief, visible

KINDS = {"fail": "failure", "void": "error", "undecided": "skipped"}
COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
CUT = 500  # characters of a message


def junit(pasts: Sequence[Past]) -> str:
    """A suite for each experiment: a case for each run, and one for the pass rate where `fail_under` asks.

    A void run is an error, an undecided one is skipped. What XML cannot hold is written as ⟦U+XXXX⟧.
    """
    root = Element("testsuites", name="declarative evals")
    for past in pasts:
        root.append(_suite(past))
    _count(root, list(root.iter("testcase")), sum(past.summary.seconds for past in pasts))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(past: Past) -> Element:
    suite = Element("testsuite", name=visible(str(past.folder)))
    topic = past.config["task"].get("topic")
    name = visible(f"{past.task}.{topic}" if topic else past.task)
    for record in past.records:
        suite.append(_case(record, name))
    fail_under = past.config.get("fail_under")
    if fail_under is not None:
        suite.append(_rate(past, float(fail_under), name))
    _count(suite, list(suite), past.summary.seconds)
    if past.records:
        suite.set("timestamp", min(record.started for record in past.records))
    return suite


def _count(suite: Element, cases: Sequence[Element], seconds: float) -> None:
    suite.set("tests", str(len(cases)))
    for name, kind in COUNTED.items():
        suite.set(name, str(sum(case.find(kind) is not None for case in cases)))
    suite.set("time", f"{seconds:.3f}")


def _case(record: Record, suite: str) -> Element:
    name = f"run {record.run:03d}" + (f" {visible(record.source)}" if record.source else "")
    case = Element("testcase", name=name, classname=suite, time=f"{record.seconds:.3f}")
    if record.outcome in KINDS:
        said = ": ".join(filter(None, (record.failure, record.reason))) or record.outcome
        _tell(case, KINDS[record.outcome], record.failure or record.outcome, said, _reasons(record))
    return case


def _tell(case: Element, kind: str, name: str, message: str, lines: Iterator[str]) -> None:
    told = SubElement(case, kind, type=visible(name), message=brief(message, CUT))
    told.text = "\n".join(visible(line) for text in lines for line in text.split("\n"))


def _reasons(record: Record) -> Iterator[str]:
    """The whole reason; then each criterion that was not passed, why, and the places that show it."""
    yield record.reason
    for id, verdict in record.verdicts.items():
        if verdict["verdict"] != "pass":
            score = verdict.get("score")
            yield f"{id}: {verdict['verdict']}{'' if score is None else f' ({score:g})'}: {verdict['reason']}"
            yield from (_place(each) for each in verdict.get("evidence", ()))


def _place(evidence: Mapping[str, Any]) -> str:
    where = ":".join(str(evidence[key]) for key in ("file", "line") if evidence.get(key))
    return f"    {where}: {evidence['quote']}" if where else f"    {evidence['quote']}"


def _rate(past: Past, fail_under: float, suite: str) -> Element:
    """Undecided runs count as fails. Where void ones may be why it is too low, it is an error, of ours."""
    case = Element("testcase", name=f"pass rate of at least {fail_under:g}", classname=suite, time="0.000")
    least, voids = past.summary.least, past.summary.outcomes["void"]
    if least < fail_under:
        said = f"pass rate {least:.4g}, undecided runs counted as fails, is under {fail_under:g}"
        counts = ", ".join(f"{count} {outcome}" for outcome, count in past.summary.outcomes.items())
        _tell(case, "error" if voids else "failure", "fail_under", said, iter([counts]))
    return case
