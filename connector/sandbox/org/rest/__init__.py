"""The REST resources: requests that were let in, answered from the database. No HTTP, no asyncio."""
