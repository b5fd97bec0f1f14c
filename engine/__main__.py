"""Compose, plan, run, report: `python -m engine KEY=VALUE ...`."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import traceback
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hydra import version
from hydra._internal.utils import _run_hydra, get_args_parser
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from engine.config import composer, mounts, schema
from engine.config.advice import explain
from engine.config.help import catalogue
from engine.config.origin import Origin, trace
from engine.config.resume import recalled
from engine.errors import Refused
from engine.secrets import masked

if TYPE_CHECKING:
    from engine.report.sweep import Job

DONE, REFUSED, BUG, INTERRUPTED = 0, 2, 70, 130
WORST_FIRST = (INTERRUPTED, BUG, REFUSED, 3, 1, DONE)


class Ended(Exception):
    """How a job ended in another process, from where Hydra carries nothing but exceptions."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def main(argv: Sequence[str] | None = None) -> int:
    parser = get_args_parser()
    parser.prog = "python -m engine"
    parser.usage = "%(prog)s [KEY=VALUE ...] [OPTION ...]   (--help says more)"
    arguments = parser.parse_intermixed_args(argv)
    if arguments.config_dir and not Path(arguments.config_dir).is_dir():
        return refuse(f"--config-dir {arguments.config_dir}: there is no such folder")
    if arguments.help:
        print(catalogue(Path(arguments.config_dir) if arguments.config_dir else None))
        return DONE
    return compose(parser, arguments)


def compose(parser: ArgumentParser, arguments: Namespace) -> int:
    """Have Hydra compose what the command line says, one job or a sweep of them."""
    prepare()
    try:
        arguments.overrides = recalled(arguments.overrides, arguments.multirun, arguments.config_dir)
    except (Refused, HydraException) as error:
        return refuse(str(error) if isinstance(error, Refused) else explain(error))
    overrides = tuple(arguments.overrides)
    codes: list[int] = []
    jobs: list[Job] = []
    here = os.getpid()

    def job(cfg: DictConfig) -> None:
        jobs.append(attempt(cfg, overrides))
        if jobs[-1].code == INTERRUPTED:
            raise KeyboardInterrupt  # a sweep goes no further
        if jobs[-1].code and os.getpid() != here:  # a launcher that spreads a sweep over processes
            raise Ended(jobs[-1].code)

    try:
        _run_hydra(arguments, parser, job, config_path=str(mounts.CONF), config_name="config")
    except Ended as ended:
        codes.append(ended.code)
    except KeyboardInterrupt:
        codes.append(INTERRUPTED)
    except Refused as error:
        codes.append(refuse(str(error)))
    except (HydraException, OmegaConfBaseException, YAMLError, ValueError, OSError, AssertionError) as error:
        codes.append(refuse(explain(error)))  # all that Hydra says before a job begins is about the input
    except Exception:
        codes.append(bug())
    if len(jobs) > 1 and any(job.summary for job in jobs):
        _tell(jobs)
    return min([*codes, *(job.code for job in jobs)], key=WORST_FIRST.index, default=DONE)


def prepare() -> None:
    """Make ours known to Hydra, and have its errors reach us as they are: we say what they mean."""
    os.environ["HYDRA_FULL_ERROR"] = "1"
    version.setbase("1.3")
    mounts.mount()
    composer.install()
    schema.store()
    OmegaConf.register_new_resolver("scratch", scratch, replace=True)


def attempt(cfg: DictConfig, overrides: tuple[str, ...]) -> Job:
    """One job, from the composed config to its end. An error is told here, where it is known whose."""
    from engine.report.sweep import Job  # what rich costs is paid only where a job begins

    swept: Mapping[str, str] = {}
    try:
        origin = trace(HydraConfig.get(), overrides)
        swept = origin.swept
        return _conduct(cfg, origin)
    except KeyboardInterrupt:
        return Job(swept, INTERRUPTED, None)
    except Refused as error:
        return Job(swept, refuse(str(error)), None)
    except Exception:
        return Job(swept, bug(), None)


def _conduct(cfg: DictConfig, origin: Origin) -> Job:
    from engine.config.load import load  # --help and most typos need neither of these: 0.2 s

    plan = load(cfg, origin)
    for model in plan.models.values():
        if notice := model.notice(datetime.now(UTC).date()):
            print(notice, file=sys.stderr)

    from engine.experiment import conduct
    from engine.report.sweep import About, Job

    graders = {"probe": plan.use_probes, "judge": plan.judge}
    needs = f"{plan.threshold.points:g} of {plan.rubric.points:g} points"
    about = About(plan.task.name, plan.task.description, " and ".join(filter(graders.get, graders)), needs)
    return Job(origin.swept, *conduct(plan), about)


def _tell(jobs: Sequence[Job]) -> None:
    """One table, and one page in the folder that holds those of all jobs."""
    from engine.experiment import write
    from engine.report.sweep import print_sweep
    from engine.terminal import Terminal

    terminal = Terminal()
    print_sweep(terminal, jobs)
    folders = [job.folder for job in jobs if job.folder and job.summary]
    if len(folders) > 1:
        page = Path(os.path.commonpath(folders)) / f"sweep-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}.html"
        write(folders, page)
        terminal.print(f"All of them in {page}", markup=False, highlight=False, soft_wrap=True)


def refuse(message: str) -> int:
    print(masked(f"Refused: {message}"), file=sys.stderr)
    return REFUSED


def bug() -> int:
    """The last resort: ours to repair, so it comes with its trace."""
    print(masked(traceback.format_exc()), end="", file=sys.stderr)
    print("This is a bug in the engine, please report it.", file=sys.stderr)
    return BUG


@cache
def scratch() -> str:
    """A folder for what Hydra insists on writing in a sweep; gone at the end."""
    folder = tempfile.mkdtemp(prefix="engine-sweep-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
