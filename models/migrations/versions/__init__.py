"""Revisions in the order of their numbers; each stays as it was released."""
