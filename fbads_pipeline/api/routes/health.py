"""Is the process alive, and can it serve?"""

from fastapi import APIRouter

from fbads_pipeline.api.dependencies import ReadinessDep
from fbads_pipeline.api.errors import ApiError, documented
from fbads_pipeline.api.schemas.resources import Health

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=documented(is_open=True))
def healthz() -> Health:
    """200 as long as the process answers."""
    return Health()


@router.get("/readyz", responses=documented(is_open=True))
def readyz(readiness: ReadinessDep) -> Health:
    """200 when the database is there, migrated, and the marts are published; 503 says what is missing."""
    missing = readiness.missing()
    if missing:
        raise ApiError(503, "not_ready", f"not_ready.{missing}")
    return Health()
