"""Import of files: upload, columns, preview, result."""
