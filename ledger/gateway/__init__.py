"""The payment gateway as the ledger sees it, and a simulated one for the demo and the tests."""
