"""Applicants: identity, credentials and the rules on their documents."""
