"""Who acts on the command line: the system, with the name of the operating-system user (reading
19).
"""

from __future__ import annotations

import getpass

from models.base.actor import Actor, system_actor


def command_actor(command: str) -> Actor:
    """Return the system actor named after the command."""
    try:
        os_user = getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        os_user = None
    return system_actor(command, os_user)
