"""Grids of users, roles, sessions and personal settings."""
