"""ViTPose (Xu et al., NeurIPS 2022) through transformers, for those who have its weights."""
