"""Reference data and example data; knows models, never views."""
