"""The ledger's simulated world: random customers, a failing gateway, crashes and years, beside a plain model.

Nothing of the product imports this. `python -m simulation` runs it; the tests run short worlds and exhaustive
small ones.
"""
