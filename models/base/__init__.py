"""The ground floor: typed base, column vocabulary, actor, scope and the session that enforces them."""
