"""A file per capability: what may be done now, and what follows when it is."""
