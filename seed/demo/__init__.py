"""A made-up office with everything in it, the same at every loading; nobody in it exists."""
