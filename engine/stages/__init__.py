"""The data engine's stages that need no person: what finds masks by itself, and what is still unexplained."""
