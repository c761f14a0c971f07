"""Plans of certification and registration, their windows and the sites that work in them."""
