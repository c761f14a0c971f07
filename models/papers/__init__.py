"""Papers that are printed of records: what each needs, what fonts can set, which copy it is."""
