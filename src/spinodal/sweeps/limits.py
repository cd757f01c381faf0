"""Names and sizes that a sweep accepts."""

import re

STUDY_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")  # fields of settings and names of outputs
EXECUTOR = re.compile(r"serial|processes(:[1-9][0-9]{0,3})?|dask://(/.+|[^/\s]+:[0-9]{1,5})")
EXECUTORS = "serial, processes[:N] or dask://…"
MANIFEST = "manifest.json"  # name of the file that makes a folder a store

MAX_AXES = 16
MAX_CELLS = 10_000_000
MAX_DEPTH = 8  # of a sweep file
MAX_FILE = 2**20  # bytes of a sweep file, a claim, a failure record or a line of a journal
MAX_MANIFEST = 2**26
MAX_BLOCK = 1000  # cells
MAX_BATCH_CELLS = 1000
MAX_BATCH_BYTES = 2**25
FLUSH_SECONDS = 1.0  # finished work that a kill -9 may cost
TASK_SECONDS = 1.0  # length of one task given to an executor
TRACEBACK = 16 * 1024  # characters kept of a failed cell's traceback
