"""Accounts: users, roles and grants, passwords and sessions."""
