"""What a clerk may do with a mail or an entry, whichever way he says it: by mail, on the command line, on a page."""
