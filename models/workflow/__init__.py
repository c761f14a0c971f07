"""State machines: their declaration, the one engine that moves states, and what it writes down."""
