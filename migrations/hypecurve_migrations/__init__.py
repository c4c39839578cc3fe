"""The database's migrations, shipped with the package.

Expand first, contract later: for the time of an upgrade a process of the version before works on
beside the new one, with the statements that it knows. So a revision may add a table, an index, or a
column that may be NULL or has a default of the database's own (`server_default`); it may allow what
was forbidden, and rewrite rows in a way that both versions read. What nobody needs any more (a
column, a table, a NULL) is taken away by a revision of a later version, when no process that uses
it can still run. `tests/contracts/test_upgrades.py` writes to the newest tables as each earlier
revision would. A revision runs in one transaction, on both databases: killed, it leaves nothing.
"""
