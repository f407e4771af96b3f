"""What a person can ask for on the command line: one file a verb."""
