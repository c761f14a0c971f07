"""The audit trail, to look at."""
