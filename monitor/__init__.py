"""Huiyin (回音): a public agency listens on its own platforms and answers in time."""

__version__ = "0.1.0"
