"""Errors that the caller can mend: one sentence and exit code 2 instead of a traceback."""

from typing import Final

from scn.errors import ScnError
from storage.errors import CommitConflict, StoreError

# ValueError holds bad arguments and LayoutError; CommitConflict is nobody's mistake.
REFUSALS: Final[tuple[type[Exception], ...]] = (ValueError, StoreError, ScnError)
_ = CommitConflict
