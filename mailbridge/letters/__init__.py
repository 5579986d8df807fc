"""CORE: what we say back."""
