"""From the command line and YAML to a Plan: the only place, beside `__main__`, that knows Hydra.

mounts       where the YAML lies, and the groups that show a folder under another name
document     a YAML file by somebody else, looked at before it is read
composer     Hydra's composing, within bounds; what a file may not direct
reference    what ${...} in such a file may mean
effort       the bounds: time and memory
schema       what a config may say
origin       which files and overrides a config came from
tree         the composed config as plain values
literal      text that is not read as a config once more
trust        what only who types the command decides
load         the composed config as a Plan, or refused
actors       what a `_target_` describes, built
prompt       the task's template, filled
destination  the output folder
advice       errors in the words of who made them
help         what --help says
"""
