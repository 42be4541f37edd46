"""Tools: one gesture a file, each a generator that emits intents and touches nothing else."""
