"""What the connector needs from the outside, a Protocol each; proved by one contract suite per port."""
