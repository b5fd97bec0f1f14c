"""Models, one kind a file: Claude by its own SDK, everything else by litellm, and a script for trying out."""
