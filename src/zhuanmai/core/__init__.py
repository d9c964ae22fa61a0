"""core (地基): base model, ids, clock, errors, events, ports, jobs, units of measure, the embedded database."""
