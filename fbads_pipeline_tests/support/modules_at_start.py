"""What a process has imported when it begins. Nothing of the project is imported here."""

import os
import sys
from typing import Any


def tell_modules(queue: Any) -> None:
    """Put the names of this process's modules, and its parent's id."""
    queue.put((set(sys.modules), os.getppid()))
