"""Batches: a pinned selection with its preview, its outcome per row and its before-images."""
