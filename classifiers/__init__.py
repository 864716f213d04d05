"""Text or page in, findings out. Knows nothing of ``monitor`` and is usable alone."""
