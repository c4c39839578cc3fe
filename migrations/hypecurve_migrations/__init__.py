"""The database's migrations, shipped with the package."""
