"""The composition root: configuration, extensions, sign-in, headers, errors, commands,
templates.
"""

from admin_app.factory import create_app

__all__ = ["create_app"]
