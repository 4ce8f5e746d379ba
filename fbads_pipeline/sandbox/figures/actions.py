"""`actions` and `action_values` as text: overlapping types, one key per window that counted something."""

from collections.abc import Callable

from fbads_pipeline.sandbox.figures.daily import AT, Ints

WINDOWS = frozenset(
    {
        "1d_click",
        "7d_click",
        "28d_click",
        "1d_view",
        "7d_view",
        "28d_view",
        "1d_ev",
        "default",
        "skan_click",
        "skan_view",
    }
)
PURCHASE_TYPES = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")
Memo = dict[tuple[int, ...], str]


class ActionTexts:
    """Renders rows' actions for one choice of windows; counts that came before are looked up, not built again."""

    def __init__(self, windows: tuple[str, ...]) -> None:
        self._windows = windows
        self._memos: tuple[Memo, Memo, Memo] = ({}, {}, {})

    def actions(self, values: Ints) -> list[str]:
        """Per object `,"actions":[…]`, or nothing at all; values: (COLUMNS, objects)."""
        traffic = self._looked_up(0, values, ("link", "landings"), self._traffic)
        purchases = self._looked_up(1, values, ("purchases_click", "purchases_view", "carts"), self._purchases)
        leads = self._looked_up(2, values, ("leads_click", "leads_view", "leads_on_site"), self._leads)
        joined = [first + second + third for first, second, third in zip(purchases, leads, traffic, strict=True)]
        return [f',"actions":[{text[:-1]}]' if text else "" for text in joined]

    def values(self, values: Ints, factor: int) -> list[str]:
        """Per object `,"action_values":[…]` in major units, or nothing."""
        pairs = zip(values[AT["value_click"]].tolist(), values[AT["value_view"]].tolist(), strict=True)
        return [
            f',"action_values":[{"".join(self._entry(kind, click, view, factor) for kind in PURCHASE_TYPES)[:-1]}]'
            if click or view
            else ""
            for click, view in pairs
        ]

    def _looked_up(self, which: int, values: Ints, names: tuple[str, ...], build: Callable[..., str]) -> list[str]:
        memo = self._memos[which]
        if len(memo) > 50_000:
            memo.clear()
        keys = list(zip(*(values[AT[name]].tolist() for name in names), strict=True))
        for key in set(keys) - memo.keys():
            memo[key] = build(*key)
        return [memo[key] for key in keys]

    def _traffic(self, link: int, landings: int) -> str:
        return self._entry("link_click", link, 0) + self._entry("landing_page_view", landings, 0)

    def _purchases(self, click: int, view: int, carts: int) -> str:
        return "".join(self._entry(kind, click, view) for kind in PURCHASE_TYPES) + self._entry("add_to_cart", carts, 0)

    def _leads(self, click: int, view: int, on_site: int) -> str:
        return (
            self._entry("lead", click + on_site, view)
            + self._entry("offsite_conversion.fb_pixel_lead", click, view)
            + self._entry("onsite_conversion.lead_grouped", on_site, 0)
        )

    def _entry(self, kind: str, click: int, view: int, factor: int = 1) -> str:
        if not click and not view:
            return ""
        shown = {name: _in_window(name, click, view) for name in self._windows}
        windows = "".join(f',"{name}":"{_major(count, factor)}"' for name, count in shown.items() if count)
        return f'{{"action_type":"{kind}","value":"{_major(click + view, factor)}"{windows}}},'


def _in_window(window: str, click: int, view: int) -> int:
    """What a window counts of 7-day clicks and 1-day views; the longer view windows have been empty since 2026-01."""
    counts = {
        "1d_click": click * 4 // 5,
        "7d_click": click,
        "28d_click": click + click // 12,
        "1d_view": view,
        "default": click + view,
    }
    return counts.get(window, 0)


def _major(minor: int, factor: int) -> str:
    return str(minor) if factor == 1 else f"{minor // factor}.{minor % factor:02d}"
