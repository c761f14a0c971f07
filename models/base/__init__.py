"""The ground floor: typed base, columns, actor, scope and the session that enforces them."""
