"""deadlines (期限): legal terms of any subject: begun by an event, stopped, extended, met, reminded; pure counting."""
