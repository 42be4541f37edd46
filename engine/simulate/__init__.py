"""A person with known answers who works through the three stages as a real one would: end-to-end test and benchmark."""
