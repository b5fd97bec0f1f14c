"""Where code that we did not write runs.

A `Job` is a program with its files and limits. A sandbox runs it away from everything else and lends
its user a `Session`: a two-way channel of byte frames with the running job. What a job sends, prints
and returns is untrusted data; only `Result.ended` and `Result.seconds` are facts of ours.

    job            the words: Job, JobLimits, Result, Session, Sandbox
    auto           the strongest backend that withstands a self-test: trial
    namespaces     level 3: a machine of its own, without network
    landlock       level 2: the host's files and sockets out of reach
    subprocess     level 1: limits alone, for code that is trusted
    supervised     what they share: every job has a supervisor, a process of its own
    pool           warm workers: processes with torch imported, whose copies run Python jobs
    processes      how supervisors and workers are started, and waited for
    session        the engine's side of a running job;  channel  the job's side
    interpreter    the engine's Python, as a job sees it
    supervisor/    that process: starts the job, watches it, kills all of it, reports
    texts          our programs for jobs, as files of a job
    watched/       a job that runs a script in several processes, with recorders in each
    workspace/     a job in which an agent runs code call by call
    isolation/     what is done to a job before it starts, once for each kind of backend
    attacks/       what hostile jobs do;  hostile/  tries them on every backend, and looks at what came of it

This package imports the standard library alone.
"""

from sandbox.job import Ended, Job, JobLimits, Result, Sandbox, SandboxError, Session, run

__all__ = ["Ended", "Job", "JobLimits", "Result", "Sandbox", "SandboxError", "Session", "run"]
