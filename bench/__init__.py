"""Measurements: MailBridge beside what a user would pick instead. `make bench`; see docs/explanation/performance.md."""
