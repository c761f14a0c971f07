"""The history of states and the counters, to look at."""
