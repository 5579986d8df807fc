"""Migrations of the database, run by `registry.schema`."""
