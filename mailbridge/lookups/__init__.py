"""I/O: asks the world (DNS, trust files) until no question is open."""
