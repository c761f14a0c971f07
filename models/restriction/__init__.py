"""The restriction library: who may not be certified, why and until when."""
