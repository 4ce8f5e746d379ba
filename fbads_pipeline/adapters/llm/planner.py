"""A chat model that plans what the grammar did not understand, over any OpenAI-compatible endpoint (extra `llm`)."""

from collections.abc import Mapping
from functools import cached_property
from threading import BoundedSemaphore
from typing import Any

import structlog
from pydantic import SecretStr

from fbads_pipeline.adapters.clock import DeadlinePassed, within
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.masking import MaskedQuestion, mask, plan_schema, unmask
from fbads_pipeline.domain.chat.plan import Understanding
from fbads_pipeline.domain.chat.understanding.grammar import PlanningContext

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 8.0
RETRIES = 2
_PERMITS = BoundedSemaphore(16)
_TASK = (
    "You turn a question about advertising figures into a plan. Answer with the plan only, never with figures."
    " C1 stands for a campaign or another object, P1 for a period, V1 for an amount, B1 for a bound that is another"
    " figure, S1 for a part of a breakdown, H1 for hours, W1 for days of the week, M1 for a currency; use them as they"
    " are."
    " Where the question cannot be answered with these metrics and dimensions, the intent is none.\nMetrics: {metrics}"
)


class ChatModelPlanner:
    """Implements the port LanguagePlanner. It sends placeholders and the catalogue's labels: no name, no amount."""

    def __init__(
        self, base_url: str, model: str, api_key: SecretStr | None, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._base_url, self._model, self._api_key = base_url, model, api_key
        self._timeout = timeout_seconds

    def plan(self, question: str, context: PlanningContext) -> Understanding | None:
        """The model's plan; None where it fails, takes too long, or says nothing usable."""
        masked = mask(question, context)
        if masked is None:
            return None
        try:
            said = self._asked_in_time(masked, context.catalogue)
        except Exception as fault:  # whatever the endpoint or the library raises, the grammar's answer stands
            log.warning("chat model failed", fault=type(fault).__name__)
            return None
        return unmask(said, masked, context.catalogue) if isinstance(said, Mapping) else None

    def _asked_in_time(self, masked: MaskedQuestion, catalogue: Catalogue) -> Any:
        """Its answer; raises DeadlinePassed, also where so many others are given up and not yet over."""
        client = self._model_client  # the first time its library is imported, which is none of the endpoint's time
        if not _PERMITS.acquire(blocking=False):
            raise DeadlinePassed

        def ask() -> Any:
            try:
                return self._asked(client, masked, catalogue)
            finally:
                _PERMITS.release()

        return within(self._timeout * (RETRIES + 2), ask)

    def _asked(self, client: Any, masked: MaskedQuestion, catalogue: Catalogue) -> Any:
        labels = "; ".join(
            f"{one.name} = {one.labels['en']} / {one.labels['pt']}" for one in catalogue.metrics.values()
        )
        structured = client.with_structured_output(plan_schema(catalogue), method="function_calling")
        return structured.invoke([("system", _TASK.format(metrics=labels)), ("user", masked.text)])

    @cached_property
    def _model_client(self) -> Any:
        # LangChain is heavy: imported where it is needed.
        from langchain_openai import ChatOpenAI

        return ChatOpenAI(
            base_url=self._base_url,
            model=self._model,
            api_key=self._api_key or SecretStr("none"),
            timeout=self._timeout,
            max_retries=RETRIES,
            temperature=0,
        )
