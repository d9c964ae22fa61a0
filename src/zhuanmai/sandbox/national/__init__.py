"""The simulated national system (三统一): its own process, store and page, with faults that can be switched on."""
