"""What a test lets another process do. Nothing of the project is imported here."""

import os
import sys
import time
from typing import Any


def tell_modules(queue: Any) -> None:
    """Put the names of this process's modules, and its parent's id."""
    queue.put((set(sys.modules), os.getppid()))


def begin_and_wait(queue: Any) -> None:
    """Put something, and stay."""
    queue.put("begun")
    time.sleep(300)
