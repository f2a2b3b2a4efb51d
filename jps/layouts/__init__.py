"""Foreign lists to answers documents: layouts, their columns, their codes. Pure."""

from jps.layouts.grouping import HouseholdReader, documents
from jps.layouts.headers import Header, find_header
from jps.layouts.layout import (
    AREA_NAMES,
    HOUSEHOLD_KEY,
    MEMBER_KEY,
    VERSION,
    Column,
    ColumnMapping,
    Grouped,
    Kept,
    Layout,
    Row,
    RowProblem,
)
from jps.layouts.places import Places
from jps.layouts.reading import OWN, layout_of, layouts, recipient_layouts
from jps.layouts.recognising import ColumnBook, Suggestion, recognise, suggest, undeclared

__all__ = [
    "AREA_NAMES",
    "HOUSEHOLD_KEY",
    "MEMBER_KEY",
    "OWN",
    "VERSION",
    "Column",
    "ColumnBook",
    "ColumnMapping",
    "Grouped",
    "Header",
    "HouseholdReader",
    "Kept",
    "Layout",
    "Places",
    "Row",
    "RowProblem",
    "Suggestion",
    "documents",
    "find_header",
    "layout_of",
    "layouts",
    "recipient_layouts",
    "recognise",
    "suggest",
    "undeclared",
]
