"""
Judging again: a mail of the archive, its evidence, and what the world says by now.

The verdict at reception stays; what is judged later is added. An answer that was found is never asked for again: it is
what the world said when the mail came. What had no answer is asked for after some minutes, hours, at last a day.
"""

from mailbridge.recheck.again import ask_now, look_by, verdict_text
from mailbridge.recheck.due import ask_due
from mailbridge.recheck.texts import Filled, fill_texts
from mailbridge.recheck.world import NotJudgedAgain, World

__all__ = ["Filled", "NotJudgedAgain", "World", "ask_due", "ask_now", "fill_texts", "look_by", "verdict_text"]
