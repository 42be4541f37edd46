"""What looks wrong in the annotations: finding it, saying it, and what would put it right."""
