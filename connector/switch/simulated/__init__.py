"""A telephone switch without telephones: asynchronous like a real one, with failure on demand and virtual time."""
