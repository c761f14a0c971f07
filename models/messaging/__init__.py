"""Messages between persons, and notices from an office to those below it."""
