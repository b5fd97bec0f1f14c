"""What hostile jobs do, family by family, as the program of such a job: `python -m sandbox.attacks`.

    reading      secrets, wherever they lie
    writing      outside of the working folder
    processes    other ones
    network      in every family of addresses
    resources    bombs, and what no limit counts
    kernel       namespaces, mounts, risky system calls
    families     all of them by name
    kept         children that stay to be looked at
    calls        system calls by number

An attack is a function of one text. It returns what it got hold of, so that this stays open until it was
looked at from outside, or, as bytes, what it read. All are harmless: what they fill and fork is small and
ends by itself, and what they change is their own. The texts of these modules are given to jobs as files, so
they need nothing but the standard library; the other side, which judges them, is `sandbox.hostile`.
"""
