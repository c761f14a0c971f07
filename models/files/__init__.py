"""Uploaded files: what is known of them; the bytes lie behind the storage interface."""
