"""The words for metrics, in both languages: how people say them, beside the catalogue's own labels and synonyms.

Folded: lower case, no accents; phrases with | between them.
"""

METRICS = {
    "impressions": (
        "impressao|impressoes|impression|impressions|exibicao|exibicoes|views totais|visualizacoes|vezes exibido|"
        "imps|impr"
    ),
    "reach": (
        "alcance|alcancei|alcancamos|alcancou|alcancadas|pessoas alcancadas|alcancaram|reach|reached|people reached|"
        "quantas pessoas|how many people|unique users|pessoas unicas|usuarios unicos"
    ),
    "frequency": "frequencia|frequency|freq|vezes por pessoa|times per person|repeticao",
    "clicks": "clique|cliques|click|clicks|clicaram|clicou|clicks totais|total clicks|clicado|clicadas",
    "link_clicks": (
        "cliques no link|clique no link|cliques em links|cliques de link|clicks no link|link click|link clicks|"
        "clicks on links|clicks on the link|outbound clicks"
    ),
    "spend": (
        "custa|custam|custando|pagando|pago|paguei|pagamos|pagaram|paid|pay|paying|"
        "gasto|gastos|gastei|gastamos|gastou|gastaram|gasta|gastando|gastar|gastado|gastaste|gastas|gastam|"
        "investimento|investimentos|investi|investimos|investiu|investiram|investido|investidos|investindo|"
        "valor usado|valor gasto|valor investido|verba gasta|verba usada|verba consumida|consumiu|consumimos|"
        "consumiram|consumido|torrei|torrou|torramos|queimei|queimou|queimamos|custou|custaram|custo|custos|"
        "custo total|dinheiro gasto|grana|botei|botou|botamos|coloquei|colocamos|colocou|aplicamos|apliquei|"
        "investimento total|desembolsei|desembolso|desembolsamos|spend|spends|spent|spending|cost|costs|ad spend|"
        "amount spent|money spent|investment|invested|invest|burn|burned|burnt|burning|media cost|total cost|"
        "gasto total|custou no total|quanto foi de verba|de verba|gasto de verba"
    ),
    "purchases": (
        "compra|compras|comprou|compraram|purchase|purchases|venda|vendas|pedido|pedidos|sale|sales|order|orders|"
        "numero de vendas|sold|bought|venderam|vendeu|vendem|vende|vendendo|vendo|vendi|vendemos|vendido|vendidos|"
        "vender|sell|sells|selling"
    ),
    "purchase_value": (
        "valor das compras|valor de compra|valor das vendas|valor em vendas|valor vendido|receita|receitas|"
        "faturamento|faturei|faturamos|faturou|faturaram|faturado|faturando|revenue|revenues|sales value|"
        "purchase value|value of purchases|income|turnover|sales revenue|sales amount|value of sales|receita gerada|"
        "receita de vendas|retorno em vendas|vendas em reais|vendas em dinheiro|rendeu|renderam|earned|earn|"
        "made in sales"
    ),
    "leads": "lead|leads|cadastros de interesse|contato|contatos|contacts|lead forms|formularios|numero de leads",
    "conversions": (
        "conversao|conversoes|converteu|converteram|converti|convertemos|convertendo|converte|convertem|resultado|"
        "resultados|conversion|conversions|converted|convert|converts|result|results|goal events|conv|convs"
    ),
    "conversion_value": (
        "valor das conversoes|valor de conversao|valor de conversoes|valor da conversao|valor dos resultados|"
        "conversion value|conversions value|value of conversions|value of results|conversion values"
    ),
    "ctr": (
        "ctr|ctrs|taxa de clique|taxa de cliques|click rate|click through rate|clickthrough rate|click thru rate|"
        "clickthrough"
    ),
    "cpc": (
        "cpc|cpcs|custo por clique|custo do clique|custo dos cliques|preco do clique|preco por clique|"
        "valor do clique|valor por clique|custo por cliques|custo de cada clique|custo medio por clique|"
        "cost per click|price per click|cost of a click|cost per clicks|click cost|average cost per click"
    ),
    "cpm": (
        "pagando por mil impressoes|paguei por mil impressoes|pago por mil impressoes|custa mil impressoes|"
        "paying per thousand impressions|"
        "cpm|cpms|custo por mil|custo por mil impressoes|custo de mil impressoes|custo a cada mil impressoes|"
        "cost per thousand|cost per mille|cost per thousand impressions|cost per 1000 impressions|"
        "custo por 1000 impressoes|cost per 1000|custo por 1000|cost per 1k impressions"
    ),
    "cpa": (
        "cpa|cpas|custo por aquisicao|custo por conversao|custo por resultado|custo por resultados|"
        "custo por conversoes|custo de aquisicao|custo da conversao|custo do resultado|preco por resultado|"
        "custo da aquisicao|valor por resultado|valor por conversao|custo por acao|custo p/ resultado|"
        "custo de cada conversao|custo de cada resultado|custo medio por resultado|custo medio por conversao|"
        "cost per acquisition|cost per conversion|cost per result|cost per action|cost per conversions|"
        "cost of a conversion|cost of each conversion|cost per results|paying per conversion|pay per conversion|"
        "paid per conversion|pay for each conversion|paying per result|pay per result|pagando por conversao|"
        "pago por conversao|paguei por conversao|pagando por resultado|paguei por resultado|pago por resultado|"
        "conversion cost|acquisition cost"
    ),
    "roas": (
        "roas|retorno sobre investimento|retorno sobre o investimento|retorno do investimento|retorno sobre o gasto|"
        "retorno do anuncio|retorno dos anuncios|retorno|retornos|retornou|retornaram|return on ad spend|"
        "return on spend|return|returns|returned|ad return|retorno sobre o investimento em anuncios|"
        "retorno em anuncios|retorno sobre anuncio|retorno sobre o investimento publicitario|return on our ad spend|"
        "return on my ad spend"
    ),
    "lead_value": "valor dos leads|valor dos contatos|lead value|value of leads",
    "registrations": (
        "cadastro|cadastros|registro|registros|cadastros concluidos|registration|registrations|sign up|sign ups|"
        "signups|signup|completed registrations|cadastraram|cadastrou|inscricoes|inscricao"
    ),
    "registration_value": "valor dos cadastros|valor dos registros|registration value|sign up value",
    "add_to_carts": (
        "adicao ao carrinho|adicoes ao carrinho|adicionar ao carrinho|adicionaram ao carrinho|adicionou ao carrinho|"
        "carrinho|carrinhos|add to cart|add to carts|adds to cart|cart additions|added to cart|carts|atc|cart adds|"
        "colocaram no carrinho|itens no carrinho"
    ),
    "add_to_cart_value": (
        "valor dos carrinhos|valor das adicoes ao carrinho|valor adicionado ao carrinho|valor no carrinho|"
        "add to cart value|value of cart additions|cart value|valor do carrinho"
    ),
    "app_installs": (
        "instalacao|instalacoes|instalacoes do app|instalaram|downloads|downloads do app|install|installs|"
        "app install|app installs|app downloads|instalacoes de app|instalacoes do aplicativo"
    ),
    "app_install_value": "valor das instalacoes|valor das instalacoes do app|app install value|value of installs",
    "messaging_conversations": (
        "conversa|conversas|conversas iniciadas|conversa iniciada|mensagem|mensagens|mensagens iniciadas|"
        "conversas por mensagem|messaging conversations|conversations started|messages started|"
        "messaging conversation|conversations|messages|conversas no whatsapp|whatsapp|zap|conversas no zap"
    ),
    "messaging_value": "valor das conversas|valor das conversas iniciadas|messaging value|value of conversations",
    "custom_events": (
        "evento personalizado|eventos personalizados|conversoes personalizadas|custom event|custom events|"
        "custom conversions"
    ),
    "custom_value": (
        "valor dos eventos personalizados|valor das conversoes personalizadas|custom event value|custom value|"
        "value of custom conversions"
    ),
    "video_views": (
        "visualizacao de video|visualizacoes de video|views de video|visualizacoes do video|"
        "visualizacoes de video de 3 s|visualizacoes de 3 segundos|reproducoes de 3 segundos|reproducoes|"
        "reproducoes de video|video views|video view|3 second video views|three second plays|video plays|"
        "3 second views|plays|assistiram"
    ),
    "link_ctr": (
        "ctr do link|ctr de link|ctr no link|taxa de cliques no link|taxa de clique no link|link ctr|"
        "link click through rate|ctr link|outbound click rate|link clickthrough rate|outbound ctr"
    ),
    "conversion_rate": (
        "taxa de conversao|taxa de conversoes|tx de conversao|tx conversao|taxa conversao|conversoes por clique|"
        "conversion rate|conversion rates|cvr|cr|conv rate|conversions per click"
    ),
    "average_order_value": (
        "ticket medio|tiquete medio|ticket|valor medio do pedido|valor medio por compra|valor medio das compras|"
        "valor medio por pedido|valor medio de compra|average order value|aov|average basket|value per purchase|"
        "average order|average ticket|basket value|average purchase value"
    ),
    "hook_rate": (
        "hook rate|hook|taxa de gancho|gancho|thumb stop|thumbstop|thumb stop rate|thumbstop rate|"
        "taxa de visualizacao de 3 segundos|three second view rate"
    ),
}

# A cost per event is the CPA of the accounts that go for this event, and of no others.
COSTS_PER_GOAL = {
    "purchase": (
        "custo por compra|custo por venda|custo por vendas|custo por pedido|custo da venda|custo de cada venda|"
        "custo por compras|cost per purchase|cost per sale|cost per order|cost per purchases|cost per sales|cpp|cpv|"
        "preco por venda|preco por compra|quanto custa cada venda|quanto custou cada venda|custou cada venda|"
        "custa cada venda|custando cada venda|custo de venda|pagando por venda|paguei por venda|pago por venda|"
        "paying per sale|pay per sale|pay per purchase|paying per purchase"
    ),
    "lead": (
        "cpl|cpls|custo por lead|custo por leads|custo do lead|cost per lead|cost per leads|preco do lead|"
        "custo de cada lead|valor do lead|custa cada lead|custou cada lead|custando cada lead|pagando por lead|"
        "paying per lead|pay per lead|lead cost"
    ),
    "registration": "custo por cadastro|custo por registro|cost per registration|cost per sign up",
    "app_install": "cpi|custo por instalacao|cost per install",
    "messaging": "custo por conversa|custo por mensagem|cost per conversation|cost per message",
}

# What people ask for and the catalogue does not hold; refused with the metrics nearest to it.
UNKNOWN_METRICS = {
    "roi": "roi|retorno real|return on investment",
    "profit": (
        "lucro|lucros|lucrei|lucramos|lucrou|lucratividade|lucrativa|lucrativas|lucrativo|profit|profits|profitable|"
        "profitability|margem|margem de lucro|margin|net income|prejuizo"
    ),
    "ltv": "ltv|lifetime value|clv",
    "cac": "cac|custo de aquisicao de cliente|custo por cliente|customer acquisition cost|cost per customer",
    "bounce rate": "taxa de rejeicao|bounce rate|rejeicao",
    "quality": (
        "indice de qualidade|quality score|quality ranking|ranking de qualidade|nota de qualidade|relevance score|"
        "indice de relevancia"
    ),
    "impression share": "parcela de impressoes|impression share|share of voice",
    "engagement": (
        "engajamento|curtida|curtidas|likes|comentario|comentarios|comments|comment|compartilhamento|"
        "compartilhamentos|shares|share|seguidor|seguidores|followers|engagement|engagement rate|reacoes|reactions|"
        "taxa de engajamento|salvamentos|saves|visitas ao perfil|profile visits"
    ),
    "sessions": (
        "sessao|sessoes|sessions|visitas|visitantes|visits|visitors|page views|pageviews|landing page views|"
        "visualizacoes de pagina|tempo no site|time on site|trafego|traffic"
    ),
    "video completion": (
        "thruplay|thruplays|vtr|taxa de conclusao|video completion|completion rate|tempo medio de exibicao|"
        "watch time|retencao|retention|hold rate"
    ),
    "checkout": (
        "checkout|checkouts|finalizacao de compra|initiate checkout|initiated checkouts|iniciaram a compra|"
        "initiate checkouts"
    ),
    "churn": "churn|cancelamentos|refunds|reembolsos|devolucoes|refund|estorno|estornos|inadimplencia",
    "stock": "estoque|stock|inventory",
    "customers": "clientes novos|novos clientes|new customers|clientes|customers|clients",
    "quality of leads": "leads qualificados|qualified leads|mql|sql leads|mqls|sqls",
    "bid": "lance|lances|bid|bids",
    "cpv": (
        "custo por visualizacao|cost per view|custo por view|custo por visualizacao de video|custo por thruplay|"
        "cost per video view"
    ),
    "cost per": (
        "custo por carrinho|custo por adicao ao carrinho|cost per add to cart|cost per cart|custo por alcance|"
        "cost per reach|custo por pessoa|cost per person|custo por seguidor|cost per follower|custo por checkout|"
        "cost per link click|custo por clique no link|custo por cliques no link|custo por curtida|cost per like|"
        "custo por engajamento|cost per engagement|custo por visita|cost per visit"
    ),
    "balance": "saldo|saldos|balance|saldo da conta|account balance|fatura|faturas|invoice|invoices|boleto|boletos",
    "currency": "moeda|moedas|currency|currencies|cotacao|cambio|exchange rate",
    "statistics": (
        "mediana|median|percentil|percentile|desvio|desvio padrao|standard deviation|variance|variancia|moda|"
        "correlacao|correlation|quartil"
    ),
    "taxes": "imposto|impostos|taxes|tax",
    "salary": "salario|salarios|salary|comissao|commission",
    "organic": "organico|organica|organicos|organic",
}

# What the catalogue holds instead.
NEAR_METRICS = {
    "roi": ("roas", "purchase_value", "spend"),
    "profit": ("roas", "purchase_value", "spend"),
    "ltv": ("average_order_value", "purchase_value"),
    "cac": ("cpa", "spend", "conversions"),
    "bounce rate": ("conversion_rate", "link_ctr"),
    "quality": ("ctr", "conversion_rate", "hook_rate"),
    "impression share": ("impressions", "reach"),
    "engagement": ("clicks", "ctr", "video_views"),
    "sessions": ("link_clicks", "clicks"),
    "video completion": ("video_views", "hook_rate"),
    "checkout": ("add_to_carts", "purchases"),
    "churn": ("purchases", "purchase_value"),
    "customers": ("purchases", "conversions"),
    "quality of leads": ("leads", "cpa"),
    "bid": ("cpc", "cpm", "cpa"),
    "cpv": ("video_views", "hook_rate", "spend"),
    "cost per": ("cpc", "cpm", "cpa"),
    "balance": ("spend",),
}
