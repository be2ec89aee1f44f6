"""Tables that people send, read row by row in constant memory: CSV, XLSX and NDJSON. Pure: a binary file in, cells out.

Large files: ``Recogniser`` while the pieces arrive, then ``open_table``. Small ones in one go: ``read_table``.
"""

from .columns import WHY, CellType, Column, headers, simple
from .faults import FileFault, Refusal, RowFault, Words, sentence
from .formats import MAX_BYTES, MAX_ROWS, Recogniser
from .opening import RawRow, Table, open_table
from .small import GoodRow, Reading, read_table
from .writing import alive, as_csv, as_xlsx, inert, refused_table, template_table

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "WHY",
    "CellType",
    "Column",
    "FileFault",
    "GoodRow",
    "RawRow",
    "Reading",
    "Recogniser",
    "Refusal",
    "RowFault",
    "Table",
    "Words",
    "alive",
    "as_csv",
    "as_xlsx",
    "headers",
    "inert",
    "open_table",
    "read_table",
    "refused_table",
    "sentence",
    "simple",
    "template_table",
]
