"""accounts (人员与钥匙): units, officers, roles, scope and keys; the pages of the ledger."""
