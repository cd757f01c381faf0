"""The self-contained HTML page."""

from .explorer import Explorer as Explorer
from .explorer import MapCell as MapCell
from .page import Figure as Figure
from .page import Page as Page
from .page import Table as Table
from .page import render as render
from .page import three_digits as three_digits
