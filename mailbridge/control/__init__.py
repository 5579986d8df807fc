"""I/O: how people and other programs talk to the running program, and how its processes hold together."""
