"""CORE: what the letter is, and what its page says."""
