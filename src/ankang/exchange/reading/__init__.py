"""Files of the feeds, read row by row in constant memory: CSV, XLSX and NDJSON. Pure: a binary file in, cells out."""

from .formats import MAX_BYTES, MAX_ROWS, Recogniser
from .opening import RawRow, Table, open_table

__all__ = ["MAX_BYTES", "MAX_ROWS", "RawRow", "Recogniser", "Table", "open_table"]
