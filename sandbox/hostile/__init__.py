"""Hostile submissions, tried on every backend that this machine offers: `python -m sandbox.hostile`.

    __main__     the command
    table        what came of it, to be read
    suite        all attacks against all backends
    promises     what each backend is known not to hold
    attack       one attack, and the noun for how it went
    results      attacks on whoever reads what a job gives back;  answers: how that is read
    strike       a job that attacks, tried and looked at;  proofs: what of it can be seen
    scene        what can be seen of a job from outside, in /proc
    targets      things of the host that no job may reach, set up to be attacked
    unhindered   no sandbox at all: the control, in which every attack must have its effect

The programs that attack are in `sandbox.attacks`. An attack counts as held only if it has its effect where
nothing stops it, was tried to its end in the sandbox, and left no trace of that effect where we look.
"""
