"""What stands in published files. One module a format, each with ``read(body, budget)``; ``apart`` is the way in."""
