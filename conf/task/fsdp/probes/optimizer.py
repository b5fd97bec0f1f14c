"""The parameters that the optimizer holds."""

from __future__ import annotations

from collections.abc import Iterator

from .course import Course, first_of_each
from .finding import Facts, Finding, fails, line_of, passes, unclear
from .live import Call, Live
from .wrapping import names, wraps

OPTIMIZERS = ("Adam", "AdamW", "SGD", "Adagrad", "RMSprop", "Adafactor", "NAdam", "RAdam")
FIRST = "the optimizer is built before the model is wrapped"


def optimizer_after_wrap(course: Course, live: Live) -> Iterator[Finding]:
    made, wrapped = first_of_each(course, "optimizer"), first_of_each(course, "wrapped")
    if not wrapped and not course.cut:
        other = live.named("DistributedDataParallel", "DDP")
        yield unclear("nothing is wrapped in FSDP") if other else fails("nothing is wrapped in FSDP")
    if made and wrapped:
        yield from _held(made[0])
        if not first_of_each(course, "step") and not course.cut:
            yield fails("the optimizer never steps", line_of(made[0]))
        yield passes("the optimizer holds the parameters of the wrapped model", line_of(made[0]))
    if made and wraps(live):
        yield fails(FIRST, line_of(made[0]))
    yield _order(live) if course.cut else fails("there is no optimizer")


def _held(optimizer: Facts) -> Iterator[Finding]:
    if not optimizer.get("after"):
        yield fails(FIRST, line_of(optimizer))
    if not optimizer.get("wrapped") or optimizer.get("wrapped") != optimizer.get("params"):
        yield fails("the optimizer holds other parameters than the wrapped model's", line_of(optimizer))


def _order(live: Live) -> Finding:
    """By the order of the calls, which is that of running."""
    built = [call for call in live.calls if _builds_optimizer(call)]
    if not built:
        return fails("there is no optimizer")
    if not wraps(live):
        return fails("nothing is wrapped in FSDP", built[0].line)
    if live.calls.index(wraps(live)[0]) > live.calls.index(built[0]):
        return fails(FIRST, built[0].line)
    held = next(iter((*built[0].node.args, *(each.value for each in built[0].node.keywords))), None)
    if held is None or not live.come_from(held, built[0], *names(live)):
        return unclear("the optimizer is not seen to be given the wrapped model's parameters", built[0].line)
    return passes("the optimizer would be built after the wrapping", built[0].line)


def _builds_optimizer(call: Call) -> bool:
    return call.last in OPTIMIZERS and "(" not in call.name
