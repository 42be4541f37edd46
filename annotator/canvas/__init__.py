"""The canvas: shows one image with its masks and turns gestures into intents; knows no workspace and no thread."""
