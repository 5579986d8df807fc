"""I/O: the SMTP door, an aiosmtpd server in front of the next hop."""
