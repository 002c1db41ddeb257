"""Measurements that anyone can repeat: `make bench`.

Each is a ratio within one run, because machines differ; the times it is made of are told beside it. Nothing
of the product imports this.
"""
