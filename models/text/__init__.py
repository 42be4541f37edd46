"""Detectors that look for what words name: Grounding DINO and OWLv2, through transformers."""
