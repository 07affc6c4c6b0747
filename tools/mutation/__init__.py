"""What `tools/mutate.py` is made of: where a source is changed, how the tests run on it, what is written of it."""
