"""Batches: their list here, the page of one batch in its own view."""
