"""What every test may ask for; each set of fixtures has its own module under ``tests/support``."""

from argon2 import PasswordHasher

from models.accounts import passwords

pytest_plugins = [
    "tests.support.databases",
    "tests.support.http",
    "tests.support.browser",
    "tests.support.trail",
    "tests.support.certifying",
    "tests.support.record_pages",
    "tests.support.lists",
    "tests.support.main_job",
    "tests.support.desk",
    "tests.support.mail",
    "tests.support.branches",
    "tests.support.bureau",
    "tests.support.counter",
    "tests.support.entrance",
    "tests.support.field_rights",
]


def pytest_configure() -> None:
    """Hash cheaply: it is slow on purpose, and tests sign in thousands of times."""
    passwords._hasher = PasswordHasher(time_cost=2, memory_cost=2048, parallelism=1)
