"""Reference data: regions, code sets, subjects, organisations and required materials."""
