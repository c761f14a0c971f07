"""Grid of the restriction library."""
