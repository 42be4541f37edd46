"""The SAM family through transformers' networks: everything around the networks is ours."""
