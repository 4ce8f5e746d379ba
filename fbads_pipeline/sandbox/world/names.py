"""What people call their campaigns, ad sets and ads, in the accounts' languages, and what some try on a dashboard."""

THEMES = {
    "pt": (
        "Coleção Verão",
        "Promoção de Natal",
        "Frete Grátis",
        "Remarketing Carrinho",
        "Lançamento Tênis",
        "Dia das Mães",
    ),
    "en": ("Spring Sale", "Holiday Gift Guide", "Free Shipping", "Cart Remarketing", "New Sneakers", "Back to School"),
    "eu": ("Descontos de Outono", "Loja de Lisboa", "Newsletter", "Envio 24h", "Linha Casa", "Regresso às Aulas"),
    "ja": ("春のセール", "クリスマスギフト", "送料無料キャンペーン", "カート再訪", "新作スニーカー", "母の日特集"),
}
STAGES = ("Prospecting", "Retargeting", "Lookalike 1%", "Advantage+", "Broad")
AUDIENCES = {
    "pt": ("Mulheres 25-44 SP", "Lookalike compradores", "Interesses moda"),
    "en": ("Women 25-44 US", "Lookalike buyers", "Interest: fashion"),
    "eu": ("Mulheres 25-44 PT", "Lookalike clientes", "Interesses: casa"),
    "ja": ("女性 25-44 関東", "類似オーディエンス", "興味関心：ファッション"),
}
CREATIVES = {
    "pt": ("Vídeo 15s depoimento", "Carrossel produtos", "Imagem oferta", "Stories UGC"),
    "en": ("Video 15s testimonial", "Carousel products", "Static offer", "Stories UGC"),
    "eu": ("Vídeo 15s cliente", "Carrossel artigos", "Imagem desconto", "Stories criadora"),
    "ja": ("動画15秒 お客様の声", "カルーセル商品", "静止画オファー", "ストーリーズ"),
}
OFFERS = {
    "pt": ("até 40% off", "frete grátis hoje", "veja como fica"),
    "en": ("up to 40% off", "free shipping today", "see how it looks"),
    "eu": ("até 40% de desconto", "envio grátis hoje", "veja como fica"),
    "ja": ("最大40%オフ", "本日送料無料", "着用イメージ"),
}
HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "<script>alert(1)</script>",
    "O'Brien \"the\" \\ `Robert'); DROP TABLE ads;--",
    "🔥🎁 Últimas horas 👩‍👩‍👧 ‮gnitekram",
    "Nome comprido " * 28 + "fim 400",
    "{{campaign.name}} %s %d \t tab\nnewline",
)


def campaign_name(language: str, index: int, *, is_plain: bool = False) -> str:
    """The name of an account's campaign; every seventh from the fourth on is a hostile one, unless all are plain."""
    if index % 7 == 3 and not is_plain:
        hostile = HOSTILE[index // 7 % len(HOSTILE)]
        return hostile[:400]
    themes = THEMES[language]
    return f"{themes[index % len(themes)]} | {STAGES[index % len(STAGES)]} | {index + 1:02d}"


def adset_name(language: str, campaign: int, slot: int, *, is_plain: bool = False) -> str:
    if campaign % 7 == 5 and slot == 1 and not is_plain:
        return HOSTILE[(campaign + slot) % len(HOSTILE)]
    return f"{AUDIENCES[language][slot]} - {campaign + 1:02d}"


def ad_name(language: str, campaign: int, slot: int, *, is_plain: bool = False) -> str:
    if campaign % 7 == 2 and slot == 5 and not is_plain:
        return HOSTILE[campaign % len(HOSTILE)]
    return f"{CREATIVES[language][slot % 4]} v{slot // 4 + 1} #{campaign + 1:02d}"
