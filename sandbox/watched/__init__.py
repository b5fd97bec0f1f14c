"""Runs a script in one or several processes inside a job, with recorders installed in each before it starts.

    launcher   the job's program: starts the processes, passes on what they tell, and ends them
    rank       one of these processes from outside
    script     and from inside: installs the recorders, then is the script

Their texts are given to a job as files (engine/trace.py), so they need nothing but the standard library.
"""
