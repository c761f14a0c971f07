"""Teacher qualification certification: applications, certificates and their numbers."""
