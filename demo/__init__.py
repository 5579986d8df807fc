"""The demonstration: a folder of mails, the recipe that made them, and the program that sends them through the hop."""
