"""Meta's error envelope: what a refusal looks like on the wire."""

import secrets
from typing import Any


class GraphError(Exception):
    """A refusal, with the code and subcode a client branches on.

    transient: what `is_transient` says; status: the HTTP status it travels with.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        status: int = 400,
        kind: str = "OAuthException",
        transient: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.status = status
        self.kind = kind
        self.transient = transient

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["is_transient"] = self.transient
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return {"error": error}


def invalid_parameter(message: str, subcode: int | None = None) -> GraphError:
    return GraphError(100, f"(#100) {message}", subcode=subcode)


def unknown_object(object_id: str) -> GraphError:
    text = f"Unsupported get request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
    return GraphError(
        100,
        text + "permissions, or does not support this operation. Please read the Graph API documentation.",
        subcode=33,
        kind="GraphMethodException",
    )


def unknown_path(path: str) -> GraphError:
    return GraphError(2500, f"Unknown path components: /{path}")


def bad_token() -> GraphError:
    return GraphError(190, "Invalid OAuth access token - Cannot parse access token")


def expired_token() -> GraphError:
    return GraphError(190, "Error validating access token: Session has expired.", subcode=463)
