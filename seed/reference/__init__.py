"""National standards as data files, with loaders that answer plain rows."""
