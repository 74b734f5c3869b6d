"""Keys and items ↔ domain objects: the whole mapping of the one table, as plain functions, one module per kind of item.

Times are ISO 8601 in UTC with milliseconds, so that they sort; `expires_at` is epoch seconds.
"""
