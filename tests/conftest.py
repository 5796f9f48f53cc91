"""A Prefect of the tests' own: nothing of the caller's settings, profile or database is touched."""

import os
import tempfile

from hypothesis import settings

# Other tests run beside each, so that no single example's time means anything.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

# As many tests run at a time as there are cores; torch reads this when it is first imported.
os.environ["OMP_NUM_THREADS"] = "1"

_HOME = tempfile.TemporaryDirectory(prefix="prefect-home-")

# Prefect reads these when it is first imported, which is after this.
for name in [name for name in os.environ if name.startswith("PREFECT_")]:
    del os.environ[name]
os.environ["PREFECT_HOME"] = _HOME.name
