"""I/O: the milter door. Postfix or Sendmail shows us each mail before it takes it; we keep a copy and mark it."""
