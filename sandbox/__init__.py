"""Where code that we did not write runs.

A `Job` is a program with its files and limits. A sandbox runs it away from everything else and lends
its user a `Session`: a two-way channel of byte frames with the running job. What a job sends, prints
and returns is untrusted data; only `Result.ended` and `Result.seconds` are facts of ours.

This package imports the standard library alone.
"""

from sandbox.job import Ended, Job, JobLimits, Result, Sandbox, SandboxError, Session, run

__all__ = ["Ended", "Job", "JobLimits", "Result", "Sandbox", "SandboxError", "Session", "run"]
