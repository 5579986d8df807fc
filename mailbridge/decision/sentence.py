"""What a decision says to people, in both languages of an office."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One sentence; `en` may be empty, then the Vietnamese one is said to everybody."""

    vi: str
    en: str = ""

    def said(self, language: str) -> str:
        """Return the sentence in `language` ("vi" or "en")."""
        return self.en if language == "en" and self.en else self.vi


NOTHING = Sentence(vi="")
"""Nothing to say."""
