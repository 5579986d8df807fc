"""I/O: letters leave here."""
