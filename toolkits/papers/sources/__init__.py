"""Where papers come from, one kind a file. A source raises Trouble for what it cannot answer."""
