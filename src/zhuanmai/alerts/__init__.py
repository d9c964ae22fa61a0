"""千里眼: detectors over the lake, ranking, reasons, and how well they did.

`facts` reads a lake by one expression language, `detectors` score what it says, `model` learns from past visits and
ranks, `daily` is the run of each morning, `maps` shows where and whither, `replay` walks through history, `pages` are
what officers see. Only the models, the services and the pages need a database.
"""
