"""ledger (全程留痕): the append-only, tamper-evident record of every act; it names actors by id only."""
