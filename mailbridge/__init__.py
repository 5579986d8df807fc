"""MailBridge: official documents that arrive by mail, entered into the book of incoming documents."""

__version__ = "0.1.0"
