"""The org's Metadata API: what a deployment brings, whether it holds together, and how it takes effect."""
