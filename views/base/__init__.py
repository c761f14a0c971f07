"""The one grid, derived from a mapped class: list, record, batch and export pages, access, menu."""
