"""/metrics, for Prometheus."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from fbads_pipeline.api.authentication import Needs
from fbads_pipeline.api.errors import documented
from fbads_pipeline.api.metrics import Metrics
from fbads_pipeline.domain.identity.users import Principal

router = APIRouter(tags=["health"])
_TEXT: dict[str, Any] = {"content": {"text/plain": {}}, "description": "Prometheus' text format."}


@router.get("/metrics", responses={**documented(), 200: _TEXT}, response_model=None)
def metrics(request: Request, who: Annotated[Principal, Depends(Needs("metrics:read"))]) -> PlainTextResponse:
    """Counts and distributions; a key with `metrics:read` is what Prometheus sends."""
    made: Metrics = request.app.state.metrics
    return PlainTextResponse(made.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
