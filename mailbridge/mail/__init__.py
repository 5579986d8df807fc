"""CORE: the post itself: envelope, message, parts, pages, letters."""
