"""An agent's workspace: a job that takes requests one by one and keeps what each leaves behind.

    server    the job's program
    python    an interpreter whose variables outlive a call, from outside
    console   and from inside
    shell     a shell line
    output    what all of these print
    files     text files

Their texts are given to a job as files (engine/workspace.py), so they need nothing but the standard library.
"""
