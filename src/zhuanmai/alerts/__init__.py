"""千里眼: detectors over the lake, ranking, reasons, and how well they did.

Nothing in this room but its models needs a database: `facts` reads a lake by one expression language, `detectors`
score what it says, `ranking` learns from past visits, `replay` walks through history.
"""
