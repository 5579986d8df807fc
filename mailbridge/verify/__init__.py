"""CORE: who sent it, and is it whole. Judges from given evidence only."""
