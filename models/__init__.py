"""Tables, rules, state machines, operations and queries; usable without a web server."""
