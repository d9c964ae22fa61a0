"""数据湖: the market tables in Parquet, import and quarantine, one query engine behind one expression language.

The tables themselves are plain files and plain functions (`schema`, `manifest`, `importing`, `engine`, `history`):
they need no database and work on any folder. Round them stands a Django app, because an import is asked for by an
officer, waits as a job, is refused, cancelled and put on the ledger: rows, permissions and pages like in any other
room. Quarantined rows are kept in the lake, not in the database, so that one rename makes a file's good and bad rows
visible together.
"""
