"""The production profile under load while one thing after another fails: `make soak`.

Customers (`tabs`, `customers`, `crowd`) talk over real sockets to the cluster of `make cluster`; each of
`faults` breaks something and mends it; `judge` compares what every customer heard with what is stored, and
`books` with the payment gateway; `report` says what came of it. Nothing of the product imports this.
"""
