"""Maps: what is put on them, where it lies closer than chance, and how it is drawn."""
