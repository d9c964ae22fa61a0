"""exchange (数据交换): outbox and inbox to partner systems, connectors, reconciliation."""
