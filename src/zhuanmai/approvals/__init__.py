"""Approvals (审批): steps, rounds and opinions on any subject, each decision with its own signing."""
