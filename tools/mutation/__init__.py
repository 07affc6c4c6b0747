"""What `tools/mutate.py` is made of: where a source can be changed, how the tests are run on it, what is written of it."""
