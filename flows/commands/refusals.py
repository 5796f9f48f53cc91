"""Errors that the caller can mend: one sentence and exit code 2 instead of a traceback."""

from typing import Final

from scn.errors import ScnError
from storage.errors import StoreError

# ValueError covers bad arguments, pydantic's complaints and a benchmark's LayoutError.
REFUSALS: Final[tuple[type[Exception], ...]] = (ValueError, StoreError, ScnError)
