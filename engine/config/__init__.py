"""From the command line and YAML to a Plan: the only place, beside `__main__`, that knows Hydra.

mounts       where the YAML lies, and the groups that show a folder under another name
schema       what a config may say
origin       which files and overrides a config came from
load         the composed config as a Plan, or refused
actors       what a `_target_` describes, built
prompt       the task's template, filled
destination  the output folder
advice       errors in the words of who made them
help         what --help says
"""
