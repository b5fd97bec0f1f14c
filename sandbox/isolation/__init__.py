"""The ways to hold a job. Each is applied in processes of the supervisor, never in the engine's."""
