"""YAML composes a Plan; each run is agent -> submission -> verdicts -> Record; Records become a report.

Imports go down this page only, or stay on a line.

    __main__      the command line: compose, plan, run, report, exit code
    show          a command of its own: one run, to be read
    doctor        a command of its own: what this machine offers
    experiment    one experiment from plan to exit code
    live          what is read on the terminal while it runs
    report/       what is read afterwards, on the terminal or in a file; also a command of its own
    past          an experiment as its folder tells of it
    config/       from the command line and YAML to a Plan; the only place that knows Hydra
    schedule      many runs at once, each kept as it completes
    run           the straight line of one run
    estimate      what the runs will cost, by earlier ones
    plan          what YAML composes, and whether its parts go together
    coherence     whether rubric and threshold do
    summary       records -> figures
    scorecard     what scored runs came to, item by item
    failures      why runs failed, grouped
    measures      what rubrics count beside the verdicts
    comparing     two experiments, run by run
    agreement     how far graders agree beyond chance
    deciding      whether a pass rate lies in the target band, as early as it is sure
    statistics    what the figures allow one to say
    interrupt     Ctrl-C
    folder        the output folder

    agents/       loop: a model with tools;  replay: existing files
    graders/      no model: probes, and the rules pattern, command, schema;  judge: by a model;  both together
    models/       anthropic, litellm, scripted

    agent, tool, grader, probe                  what an actor must be able to do
    trace                                       a script run in the sandbox and watched, for probes
    tampering                                   by what such a file could deceive whoever runs it
    reach                                       the words by which it could
    workspace                                   where an agent tries things: its own job in the sandbox
    source                                      a Python file of a submission, read and not run
    items                                       the parts of a submission that are judged one by one
    submission, transcript                      what comes of a run
    journal                                     what an earlier session left of a run
    calls                                       all calls of models: tried again, not too many, within budget
    verdict, rating, record                     what graders say, what it comes to, what is kept
    budget, cache                               what an experiment may cost, and what need not be paid again
    model                                       one LLM, an actor too, and the words in which we speak to it
    traffic                                     how often a provider may be asked, and how much at once
    clock                                       the time that an attempt has used
    task, rubric, threshold                     what an author states

    errors        whose fault it is
    misfit        why a document does not fit a schema
    bounds        numbers and texts that make sense
    secrets       masked in what is written
    visible       what others wrote, safe to look at
    place         the user's own folder, and a key in it
    together      several awaitables as one
    terminal      the terminal, or whatever reads us instead

Beside the engine: toolkits/ (tools of agents), sandbox/ (where code that we did not write runs), conf/ and
rubrics/ (the YAML, with each task's prompt, starter files, probes and specimens).
"""
