"""智慧专卖: one platform for a municipal tobacco monopoly bureau."""
