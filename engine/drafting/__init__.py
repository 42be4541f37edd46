"""The draft of a person: prompts, candidates and the seconds spent, for the window and for the simulated annotator."""
