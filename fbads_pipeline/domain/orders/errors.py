"""What is wrong with an order, a refund or a source of them."""

from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.messages import Message


class UnusableOrder(WrongUse):
    """An order or a source that cannot be kept. message: what to change, one sentence without its full stop."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.message: Message = why
