"""The short lines in which clerks answer notices, read into commands; nothing is done here (CORE)."""
