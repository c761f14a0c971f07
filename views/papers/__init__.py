"""Papers: what was printed."""
