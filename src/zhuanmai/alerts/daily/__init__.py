"""The daily run: when it is asked for, how it is done by a job, and what it drafts."""
