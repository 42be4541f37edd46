"""Every thread of the window, and the one way back to the GUI thread."""
