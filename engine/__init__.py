"""YAML composes a Plan; each run is agent -> submission -> verdicts -> Record; Records become a report."""
