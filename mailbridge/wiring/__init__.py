"""
The one place where ports meet what stands behind them.

A process takes on some roles, and pays for what they need only: what walks and sends is imported by those who do.
"""

from mailbridge.wiring.app import DOORS, ROLES, App, spool_path
from mailbridge.wiring.looking import keeper_for, lookups_for, outlook_for, reading_for

__all__ = ["DOORS", "ROLES", "App", "keeper_for", "lookups_for", "outlook_for", "reading_for", "spool_path"]
