"""What can be done with a case: each function one use case, one transaction, one entry on the ledger."""
