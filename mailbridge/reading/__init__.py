"""I/O: opens files of strangers, each in a limited process of its own."""
