"""CORE: what becomes of a mail, by rules that administrators write."""
