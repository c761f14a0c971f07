"""Grids of attachments."""
