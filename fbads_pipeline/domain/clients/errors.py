"""What is wrong with a client that somebody sets."""

from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.messages import Message


class UnusableClient(WrongUse):
    """A client that cannot be kept. message: what to change, one sentence without its full stop."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.message: Message = why
