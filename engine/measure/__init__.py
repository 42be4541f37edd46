"""How good a backend is: simulated clicks, automatic masks, and the figures and pictures that tell."""
