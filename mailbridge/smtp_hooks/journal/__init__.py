"""I/O: the door for copies (always_bcc, journal reports); it takes mail and passes nothing on."""
