"""Papers that are printed of records: what each needs, what can be set in type, which copy it is."""
