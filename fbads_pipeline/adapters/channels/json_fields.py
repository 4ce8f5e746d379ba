"""Fields of the JSON that leaves this program."""

from fbads_pipeline.domain.alerts.alerts import DueDelivery


def in_every_language(delivery: DueDelivery) -> dict[str, str]:
    """title_pt, body_pt, title_en …: the alert in each language, without the mark of a repeat."""
    return {
        f"{name}_{code}": text
        for code, translation in delivery.translations.items()
        for name, text in vars(translation).items()
    }
