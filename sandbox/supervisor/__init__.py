"""The process that starts, watches and ends one job. Loads little, since each job waits for it."""
