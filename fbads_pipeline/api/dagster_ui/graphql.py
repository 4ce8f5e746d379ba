"""What a GraphQL request to Dagster's webserver asks for: to read, or to change something."""

import json
from dataclasses import dataclass
from typing import Any


class UnreadableRequest(ValueError):
    """The body is no GraphQL request that can be judged; one sentence."""


@dataclass(frozen=True)
class GraphqlRequest:
    """changes: the fields of every mutation in the document, whichever of its operations is meant; body: the request
    written anew, so that what was judged is what is executed."""

    changes: tuple[str, ...]
    body: bytes


def read_request(body: bytes) -> GraphqlRequest:
    """The request of a JSON body; raises UnreadableRequest."""
    # graphql-core is heavy: imported where it is needed.
    from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse

    given = _json_object(body)
    query = given.get("query")
    if not isinstance(query, str):
        raise UnreadableRequest("the request has no query")
    try:
        document = parse(query)
    except (GraphQLError, RecursionError):
        raise UnreadableRequest("the query is no GraphQL") from None
    changes = [
        selected
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode) and definition.operation is OperationType.MUTATION
        for selected in (_name(one) for one in definition.selection_set.selections)
    ]
    return GraphqlRequest(tuple(changes), json.dumps(given).encode())


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableRequest("the body is no JSON") from None
    if not isinstance(given, dict):
        raise UnreadableRequest("the body is no JSON object")
    return given


def _name(selection: Any) -> str:
    """A field's name; a fragment counts as a change too."""
    name = getattr(selection, "name", None)
    return str(name.value) if name is not None else "fragment"
