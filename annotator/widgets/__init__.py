"""Parts of the window that show what they are given and tell what was asked of them."""
