"""The verbs of CONTRACT.md. Each file holds one verb, or one family of verbs."""
