"""The words of the two languages and what each stands for.

Folded: lower case, no accents. The metrics' own labels and synonyms come from the catalogue; here is how people really
say them. A tag is `kind:value`; the grammar knows the kinds.
"""

METRICS = {
    "impressions": "impressao|impressoes|impression|impressions|exibicao|exibicoes|views totais|visualizacoes|"
    "vezes exibido|imps|impr",
    "reach": "alcance|alcancei|alcancamos|alcancou|alcancadas|pessoas alcancadas|alcancaram|reach|reached|people reached|"
    "quantas pessoas|how many people|unique users|pessoas unicas|usuarios unicos",
    "frequency": "frequencia|frequency|freq|vezes por pessoa|times per person|repeticao",
    "clicks": "clique|cliques|click|clicks|clicaram|clicou|clicks totais|total clicks|clicado|clicadas|clicadas",
    "link_clicks": "cliques no link|clique no link|cliques em links|cliques de link|clicks no link|link click|link clicks|"
    "clicks on links|clicks on the link|outbound clicks",
    "spend": "gasto|gastos|gastei|gastamos|gastou|gastaram|gasta|gastando|gastar|gastado|gastaste|gastas|gastam|investimento|investimentos|"
    "investi|investimos|investiu|investiram|investido|investidos|investindo|valor usado|valor gasto|valor investido|verba gasta|verba usada|verba consumida|"
    "consumiu|consumimos|consumiram|consumido|torrei|torrou|torramos|queimei|queimou|queimamos|custou|custaram|custo|custos|custo total|"
    "dinheiro gasto|grana|botei|botou|botamos|coloquei|colocamos|colocou|aplicamos|apliquei|investimento total|desembolsei|desembolso|desembolsamos|spend|spends|spent|spending|cost|costs|ad spend|amount spent|money spent|investment|"
    "invested|invest|burn|burned|burnt|burning|media cost|total cost|gasto total|custou no total|quanto foi de verba|de verba|gasto de verba",
    "purchases": "compra|compras|comprou|compraram|purchase|purchases|venda|vendas|pedido|pedidos|sale|sales|order|orders|"
    "numero de vendas|sold|bought|venderam|vendeu|vendem|vende|vendendo|vendo|vendi|vendemos|vendido|vendidos|vender|sell|sells|selling",
    "purchase_value": "valor das compras|valor de compra|valor das vendas|valor em vendas|valor vendido|receita|receitas|faturamento|faturei|"
    "faturamos|faturou|faturaram|faturado|faturando|revenue|revenues|sales value|purchase value|value of purchases|income|turnover|sales revenue|"
    "sales amount|value of sales|receita gerada|receita de vendas|retorno em vendas|vendas em reais|vendas em dinheiro|rendeu|renderam|earned|earn|made in sales",
    "leads": "lead|leads|cadastros de interesse|contato|contatos|contacts|lead forms|formularios|numero de leads",
    "conversions": "conversao|conversoes|converteu|converteram|converti|convertemos|convertendo|converte|convertem|resultado|resultados|"
    "conversion|conversions|converted|convert|converts|result|results|goal events|conv|convs",
    "conversion_value": "valor das conversoes|valor de conversao|valor de conversoes|valor da conversao|valor dos resultados|conversion value|conversions value|"
    "value of conversions|value of results|conversion values",
    "ctr": "ctr|ctrs|taxa de clique|taxa de cliques|click rate|click through rate|clickthrough rate|click thru rate|clickthrough",
    "cpc": "cpc|cpcs|custo por clique|custo do clique|custo dos cliques|preco do clique|preco por clique|valor do clique|valor por clique|custo por cliques|custo de cada clique|custo medio por clique|"
    "cost per click|price per click|cost of a click|cost per clicks|click cost|average cost per click",
    "cpm": "cpm|cpms|custo por mil|custo por mil impressoes|custo de mil impressoes|custo a cada mil impressoes|cost per thousand|"
    "cost per mille|cost per thousand impressions|cost per 1000 impressions|custo por 1000 impressoes|cost per 1000|custo por 1000|cost per 1k impressions",
    "cpa": "cpa|cpas|custo por aquisicao|custo por conversao|custo por resultado|custo por resultados|custo por conversoes|custo de aquisicao|custo da conversao|"
    "custo do resultado|preco por resultado|custo da aquisicao|valor por resultado|valor por conversao|custo por acao|custo p/ resultado|custo de cada conversao|custo de cada resultado|custo medio por resultado|"
    "custo medio por conversao|cost per acquisition|cost per conversion|cost per result|cost per action|cost per conversions|cost of a conversion|cost of each conversion|cost per results|paying per conversion|pay per conversion|paid per conversion|"
    "pay for each conversion|paying per result|pay per result|pagando por conversao|pago por conversao|paguei por conversao|pagando por resultado|paguei por resultado|pago por resultado|conversion cost|acquisition cost",
    "roas": "roas|retorno sobre investimento|retorno sobre o investimento|retorno do investimento|retorno sobre o gasto|retorno do anuncio|"
    "retorno dos anuncios|retorno|retornos|retornou|retornaram|return on ad spend|return on spend|return|returns|returned|ad return|retorno sobre o investimento em anuncios|retorno em anuncios|"
    "retorno sobre anuncio|retorno sobre o investimento publicitario|return on our ad spend|return on my ad spend",
    "lead_value": "valor dos leads|valor dos contatos|lead value|value of leads",
    "registrations": "cadastro|cadastros|registro|registros|cadastros concluidos|registration|registrations|sign up|sign ups|signups|signup|"
    "completed registrations|cadastraram|cadastrou|inscricoes|inscricao",
    "registration_value": "valor dos cadastros|valor dos registros|registration value|sign up value",
    "add_to_carts": "adicao ao carrinho|adicoes ao carrinho|adicionar ao carrinho|adicionaram ao carrinho|adicionou ao carrinho|carrinho|carrinhos|add to cart|"
    "add to carts|adds to cart|cart additions|added to cart|carts|atc|cart adds|colocaram no carrinho|itens no carrinho",
    "add_to_cart_value": "valor dos carrinhos|valor das adicoes ao carrinho|valor adicionado ao carrinho|valor no carrinho|add to cart value|value of cart additions|"
    "cart value|valor do carrinho",
    "app_installs": "instalacao|instalacoes|instalacoes do app|instalaram|downloads|downloads do app|install|installs|app install|app installs|"
    "app downloads|instalacoes de app|instalacoes do aplicativo",
    "app_install_value": "valor das instalacoes|valor das instalacoes do app|app install value|value of installs",
    "messaging_conversations": "conversa|conversas|conversas iniciadas|conversa iniciada|mensagem|mensagens|mensagens iniciadas|conversas por mensagem|"
    "messaging conversations|conversations started|messages started|messaging conversation|conversations|messages|conversas no whatsapp|whatsapp|zap|conversas no zap",
    "messaging_value": "valor das conversas|valor das conversas iniciadas|messaging value|value of conversations",
    "custom_events": "evento personalizado|eventos personalizados|conversoes personalizadas|custom event|custom events|custom conversions",
    "custom_value": "valor dos eventos personalizados|valor das conversoes personalizadas|custom event value|custom value|value of custom conversions",
    "video_views": "visualizacao de video|visualizacoes de video|views de video|visualizacoes do video|visualizacoes de video de 3 s|visualizacoes de 3 segundos|reproducoes de 3 segundos|"
    "reproducoes|reproducoes de video|video views|video view|3 second video views|three second plays|video plays|3 second views|plays|assistiram",
    "link_ctr": "ctr do link|ctr de link|ctr no link|taxa de cliques no link|taxa de clique no link|link ctr|link click through rate|ctr link|outbound click rate|link clickthrough rate|outbound ctr",
    "conversion_rate": "taxa de conversao|taxa de conversoes|tx de conversao|tx conversao|taxa conversao|conversoes por clique|conversion rate|conversion rates|cvr|cr|conv rate|conversions per click",
    "average_order_value": "ticket medio|tiquete medio|ticket|valor medio do pedido|valor medio por compra|valor medio das compras|valor medio por pedido|valor medio de compra|"
    "average order value|aov|average basket|value per purchase|average order|average ticket|basket value|average purchase value",
    "hook_rate": "hook rate|hook|taxa de gancho|gancho|thumb stop|thumbstop|thumb stop rate|thumbstop rate|taxa de visualizacao de 3 segundos|three second view rate",
}

# A cost per event is the CPA of the accounts that go for this event, and of no others.
COSTS_PER_GOAL = {
    "purchase": "custo por compra|custo por venda|custo por vendas|custo por pedido|custo da venda|custo de cada venda|custo por compras|cost per purchase|cost per sale|"
    "cost per order|cost per purchases|cost per sales|cpp|cpv|preco por venda|preco por compra|quanto custa cada venda|quanto custou cada venda|custou cada venda|custa cada venda|custando cada venda|custo de venda|"
    "pagando por venda|paguei por venda|pago por venda|paying per sale|pay per sale|pay per purchase|paying per purchase",
    "lead": "cpl|cpls|custo por lead|custo por leads|custo do lead|cost per lead|cost per leads|preco do lead|custo de cada lead|valor do lead|custa cada lead|custou cada lead|custando cada lead|pagando por lead|"
    "paying per lead|pay per lead|lead cost",
    "registration": "custo por cadastro|custo por registro|cost per registration|cost per sign up",
    "app_install": "cpi|custo por instalacao|cost per install",
    "messaging": "custo por conversa|custo por mensagem|cost per conversation|cost per message",
}

# What people ask for and Meta or this catalogue does not hold; refused with the metrics nearest to it.
UNKNOWN_METRICS = {
    "roi": "roi|retorno real|return on investment",
    "profit": "lucro|lucros|lucrei|lucramos|lucrou|lucratividade|lucrativa|lucrativas|lucrativo|profit|profits|profitable|profitability|"
    "margem|margem de lucro|margin|net income|prejuizo",
    "ltv": "ltv|lifetime value|clv",
    "cac": "cac|custo de aquisicao de cliente|custo por cliente|customer acquisition cost|cost per customer",
    "bounce rate": "taxa de rejeicao|bounce rate|rejeicao",
    "quality": "indice de qualidade|quality score|quality ranking|ranking de qualidade|nota de qualidade|relevance score|indice de relevancia",
    "impression share": "parcela de impressoes|impression share|share of voice",
    "engagement": "engajamento|curtida|curtidas|likes|comentario|comentarios|comments|comment|compartilhamento|compartilhamentos|shares|share|seguidor|seguidores|followers|"
    "engagement|engagement rate|reacoes|reactions|taxa de engajamento|salvamentos|saves|visitas ao perfil|profile visits",
    "sessions": "sessao|sessoes|sessions|visitas|visitantes|visits|visitors|page views|pageviews|landing page views|visualizacoes de pagina|tempo no site|time on site|trafego|traffic",
    "video completion": "thruplay|thruplays|vtr|taxa de conclusao|video completion|completion rate|tempo medio de exibicao|watch time|retencao|retention|hold rate",
    "checkout": "checkout|checkouts|finalizacao de compra|initiate checkout|initiated checkouts|iniciaram a compra|initiate checkouts",
    "churn": "churn|cancelamentos|refunds|reembolsos|devolucoes|refund|estorno|estornos|inadimplencia",
    "stock": "estoque|stock|inventory",
    "customers": "clientes novos|novos clientes|new customers|clientes|customers|clients",
    "quality of leads": "leads qualificados|qualified leads|mql|sql leads|mqls|sqls",
    "bid": "lance|lances|bid|bids",
    "cpv": "custo por visualizacao|cost per view|custo por view|custo por visualizacao de video|custo por thruplay|cost per video view",
    "cost per": "custo por carrinho|custo por adicao ao carrinho|cost per add to cart|cost per cart|custo por alcance|cost per reach|custo por pessoa|"
    "cost per person|custo por seguidor|cost per follower|custo por checkout|cost per link click|custo por clique no link|custo por cliques no link|custo por curtida|cost per like|custo por engajamento|cost per engagement|custo por visita|cost per visit",
    "balance": "saldo|saldos|balance|saldo da conta|account balance|fatura|faturas|invoice|invoices|boleto|boletos",
    "currency": "moeda|moedas|currency|currencies|cotacao|cambio|exchange rate",
    "statistics": "mediana|median|percentil|percentile|desvio|desvio padrao|standard deviation|variance|variancia|moda|correlacao|correlation|quartil",
    "taxes": "imposto|impostos|taxes|tax",
    "salary": "salario|salarios|salary|comissao|commission",
    "organic": "organico|organica|organicos|organic",
}

# Short forms and slips that are nearer to another word than to the one that is meant.
MISSPELLINGS = {
    "pasada": "passada",
    "pasado": "passado",
    "hj": "hoje",
    "onte": "ontem",
    "otem": "ontem",
    "sem": "sem",
    "semna": "semana",
    "msm": "mesmo",
    "yday": "yesterday",
    "yest": "yesterday",
    "tdy": "today",
    "wk": "week",
    "lst": "last",
    "mth": "month",
    "mnth": "month",
    "mo": "month",
    "fat": "faturamento",
    "ult": "ultimos",
    "ults": "ultimos",
    "ultms": "ultimos",
    "camapanha": "campanha",
    "campnha": "campanha",
    "campahna": "campanha",
    "campanhs": "campanhas",
    "anucio": "anuncio",
    "anuncios": "anuncios",
    "convs": "conversoes",
    "cliks": "cliques",
    "clics": "cliques",
    "clik": "clique",
    "trimeste": "trimestre",
    "qts": "quantos",
    "qtas": "quantas",
    "qtos": "quantos",
    "qnto": "quanto",
    "qto": "quanto",
    "mês": "mes",
    "avg": "average",
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

DIMENSIONS = {
    "account": "conta|contas|account|accounts|cliente|conta de anuncios|contas de anuncio|contas de anuncios|ad account|ad accounts|bm",
    "campaign": "campanha|campanhas|campaign|campaigns|camp|camps|cpg",
    "adset": "conjunto|conjuntos|conjunto de anuncios|conjuntos de anuncios|conjunto de anuncio|conjuntos de anuncio|ad set|ad sets|adset|adsets|"
    "publico|publicos|audience|audiences|grupo de anuncios|grupos de anuncios",
    "ad": "anuncio|anuncios|ad|ads|criativo|criativos|creative|creatives|peca|pecas|arte|artes",
    "day": "trend|tendencia|evolucao|historico|over time|ao longo do tempo|timeline|day|por dia|ao dia|diario|diaria|diarios|diarias|diariamente|dia a dia|a cada dia|cada dia|por data|dias|per day|by day|each day|daily|day by day|every day|"
    "que dia|qual dia|quais dias|em que dia|em qual dia|qual foi o dia|which day|what day|which days|by date|on which day|on what day|dia",
    "week": "semana|week|por semana|semanal|semanalmente|semana a semana|cada semana|a cada semana|per week|by week|weekly|each week|week by week|every week|week over week|qual semana|which week|semanas|weeks|que semana",
    "month": "mes|month|por mes|mensal|mensalmente|mes a mes|cada mes|a cada mes|per month|by month|monthly|each month|month by month|every month|qual mes|which month|meses|months|que mes|month over month",
    "weekday": "qual dia da semana|em qual dia da semana|que dia da semana|on which day of the week|what day of the week|on what day of the week|in which day of the week|qual o dia da semana|qual foi o dia da semana|por dia da semana|dia da semana|dias da semana|by weekday|per weekday|by day of the week|by day of week|day of the week|day of week|weekday|weekdays|qual dia da semana|which day of the week|which weekday|em que dia da semana",
    "objective": "por objetivo|objetivo|objetivos|objective|objectives|by objective|per objective|cada objetivo|objetivo de campanha|campaign objective|objetivo da campanha",
    "age": "idade|idades|faixa etaria|faixas etarias|faixa de idade|age|ages|age group|age groups|age range|age ranges|por idade|age bracket|age brackets",
    "gender": "genero|generos|sexo|gender|genders|sex|sexos",
    "country": "pais|paises|country|countries|por pais",
    "platform": "plataforma|plataformas|platform|platforms|rede|redes|publisher platform|canal|canais|por plataforma",
    "placement": "posicionamento|posicionamentos|placement|placements|posicao|posicoes|position|positions|local de exibicao|posicionamento do anuncio",
}

SEGMENTS = {
    ("gender", "female"): "mulher|mulheres|feminino|publico feminino|women|female|females|woman",
    ("gender", "male"): "homem|homens|masculino|publico masculino|men|male|males|man",
    ("platform", "facebook"): "facebook|fb|face",
    ("platform", "instagram"): "instagram|insta|ig",
    ("platform", "audience_network"): "audience network",
    ("platform", "messenger"): "messenger",
    ("country", "BR"): "brasil|brazil",
    ("country", "US"): "estados unidos|eua|usa|united states|the us",
    ("country", "PT"): "portugal",
    ("country", "JP"): "japao|japan",
    ("country", "AR"): "argentina",
    ("country", "MX"): "mexico",
    ("country", "ES"): "espanha|spain",
    ("country", "FR"): "franca|france",
    ("country", "DE"): "alemanha|germany",
    ("country", "GB"): "reino unido|inglaterra|uk|united kingdom",
    ("country", "CA"): "canada",
    ("country", "AO"): "angola",
    ("country", "CL"): "chile",
    ("country", "CO"): "colombia",
    ("country", "UY"): "uruguai|uruguay",
    ("country", "PY"): "paraguai|paraguay",
    ("country", "IT"): "italia|italy",
}

OBJECTIVES = {
    "SALES": "campanhas de vendas|campanha de vendas|objetivo vendas|objetivo de vendas|sales campaigns|objective sales|sales objective|campanhas de conversao|objetivo de venda|objetivo venda",
    "LEADS": "campanhas de leads|objetivo leads|objetivo de leads|lead campaigns|leads campaigns|lead generation campaigns|campanhas de lead|objetivo cadastro|objective leads|leads objective|campanhas de geracao de leads",
    "TRAFFIC": "campanhas de trafego|objetivo trafego|objetivo de trafego|traffic campaigns|objective traffic|traffic objective",
    "AWARENESS": "campanhas de reconhecimento|campanhas de alcance|objetivo reconhecimento|objetivo de reconhecimento|awareness campaigns|objective awareness|awareness objective|objetivo alcance|campanhas de branding",
    "ENGAGEMENT": "campanhas de engajamento|objetivo engajamento|objetivo de engajamento|engagement campaigns|objective engagement|engagement objective|campanhas de mensagem|campanhas de mensagens",
    "APP_PROMOTION": "campanhas de app|campanhas de aplicativo|app campaigns|app promotion campaigns|objetivo app",
}

# Meta has these splits; nobody collects them here.
NOT_COLLECTED = (
    "cidade|cidades|city|cities|estado|estados|state|states|regiao|regioes|region|regions|por hora|hora|horas|hour|hours|hourly|horario|horarios|time of day|minuto|minute|dispositivo|"
    "dispositivos|device|devices|mobile|desktop|celular|android|ios|iphone|interesse|interesses|interest|interests|renda|income bracket|formato|formatos|format|formats|"
    "pagina de destino|landing page|landing pages|url|urls|palavra chave|palavras chave|keyword|keywords|produto|produtos|product|products|sku|skus|catalogo"
)

# Real words that look like slips of others: they are left as they are, and end in an honest refusal.
NOT_SLIPS = (
    "vendor vendors vendedor vendedores custom customs canal capital course causes clip clips clock reads lends leader leaders place places plan plans plano planos page pages pagina"
    " paginas post posts rates ratio ratios shared peso pessoa pessoas prazo parte partes party porta campo campos champion adult adults audio video videos imagem image images carousel"
    " carrossel reels reel stories story feed link links landing site website pixel copy headline titulo texto color black white next proximo proxima tomorrow amanha weather tempo cast coast"
    " leaks deals deal loads load reads rent rest media midia motor rooms roast cost-s press prima primo manual menu rows roles dated dado fado vezes ponto pontos point points mesa messa"
    " contem conter contar counter counters client clientes cliente friend friends sexta-feira target targets alvo alvos meta metas goal goals north south norte sul leste oeste west east"
    " semestre bimestre decada century hourly night noite manha tarde morning afternoon evening madrugada median mode moda model models paid organic"
).split()

# What an answer would have to leave out; there is no plan for that.
EXCLUSIONS = (
    "menos a|menos as|menos o|menos os|exceto|tirando|excluindo|except|except for|excluding|other than|apart from|but not|sem contar|sem considerar|desconsiderando|"
    "without counting|ignoring|fora a|fora as|fora o|que nao|que nao sejam"
)

# Said alone they leave open since when.
SO_FAR = "ate agora|ate o momento|so far|until now|ate aqui|ate entao|up to now|to date|ate hoje"

# Words that only say that it is about advertising.
FILLERS = (
    "looking like|looks like|doing on|em anuncios|em anuncio|em ads|com anuncios|com ads|nos anuncios|on ads|in ads|on advertising|advertising|publicidade|meta ads|facebook ads|face ads|fb ads|"
    "no meta|na meta|on meta|midia paga|paid media|trafego pago|paid traffic|midia|em midia|em publicidade|em trafego|no gerenciador|all campaigns combined|"
    "anuncios do facebook|facebook advertising|ads on facebook|anuncios no facebook|nas minhas campanhas|nas campanhas todas"
)

# An order of the whole list; nothing is cut off.
ORDERS = {
    "most": "do maior para o menor|do maior pro menor|da maior para a menor|da maior pra menor|decrescente|ordem decrescente|descending|desc|highest to lowest|from highest to lowest|"
    "high to low|highest first|largest first|biggest first|maiores primeiro|maior primeiro|most to least",
    "least": "do menor para o maior|do menor pro maior|da menor para a maior|da menor pra maior|crescente|ordem crescente|ascending|asc|lowest to highest|from lowest to highest|"
    "low to high|lowest first|smallest first|menores primeiro|menor primeiro|least to most",
    "best": "do melhor para o pior|do melhor pro pior|da melhor para a pior|da melhor pra pior|best to worst|from best to worst|best first",
    "worst": "do pior para o melhor|do pior pro melhor|da pior para a melhor|da pior pra melhor|worst to best|from worst to best|worst first",
}

STATUSES = {
    "ACTIVE": "ativa|ativas|ativo|ativos|active|rodando|no ar|em andamento|running|veiculando|em veiculacao|ligadas|ligada|live|currently running|estao ativas|estao rodando|esta rodando",
    "PAUSED": "pausada|pausadas|pausado|pausados|paused|desligada|desligadas|desligado|desligados|inativa|inativas|inactive|paradas|parada|turned off|desativadas|desativada",
}

RANKS = {
    "best": "melhor|melhores|best|best performing|top performing|top|campeao|campea|campeas|campeoes|melhor desempenho|melhor performance|melhor resultado|top performers|best performer|best performers|mais eficiente|mais eficientes|most efficient",
    "worst": "pior|piores|worst|worst performing|bottom|pior desempenho|pior performance|underperforming|menos eficiente|menos eficientes|least efficient|worst performer|worst performers",
    "most": "maior|maiores|mais|mais alto|mais alta|mais altos|mais altas|highest|largest|most|biggest|greatest|maximo|maxima|maximum|max|mais caro|mais cara|mais caras|mais caros|most expensive|bigger|higher|higher in|more|recorde|pico|peak",
    "least": "menor|menores|menos|mais baixo|mais baixa|mais baixos|mais baixas|lowest|smallest|least|fewest|minimo|minima|minimum|min|mais barato|mais barata|mais baratas|mais baratos|cheapest|lower|less|fewer",
}

COMPARISONS = {
    "pair": "diferenca|difference|diff|diferencas|vs|versus|x|contra|comparado com|comparada com|comparado a|comparada a|comparando com|compared to|compared with|against|em comparacao com|em comparacao a|em comparacao ao|em relacao a|em relacao ao|em relacao|"
    "do que|frente a|frente ao|relative to|compare|comparar|comparacao|compara|comparison|comparando|comparado|comparada|compare com|compared|comparativo|a compared",
    "previous": "periodo anterior|no periodo anterior|ao periodo anterior|o periodo anterior|do periodo anterior|previous period|the previous period|prior period|the prior period|period before|the period before|preceding period|periodo passado|last period",
    "year": "mesmo periodo do ano passado|mesmo periodo do ano anterior|ano anterior mesmo periodo|same period last year|same period of last year|a year ago|a year earlier|year over year|yoy|um ano antes|same time last year|mesma epoca do ano passado|ano contra ano|same period a year ago|same month last year|mesmo mes do ano passado",
    "moved": "subiu|subiram|caiu|cairam|aumentou|aumentaram|diminuiu|diminuiram|piorou|pioraram|melhorou|melhoraram|cresceu|cresceram|mudou|mudaram|variou|variacao|evoluiu|"
    "went up|gone up|go up|going up|going down|goes up|goes down|coming down|went down|gone down|go down|increase|increased|decrease|decreased|drop|dropped|changed|change|improve|improved|worsened|grow|grew|growth|rise|risen|rose|fell|fallen|fall|decline|declined|crescimento|queda|aumento|encareceu|barateou|subindo|caindo|aumentando|diminuindo|baixou|baixaram|increasing|decreasing|rising|falling|dropping|getting worse|getting better|piorando|melhorando|disparou|dispararam|despencou|despencaram|spike|spiked|jump|jumped|explodiu|oscilou|alto|alta|baixo|baixa|high|low",
}

INTENTS = {
    "why": "por que|porque|por q|pq|porq|o que explica|o que causou|qual o motivo|qual a causa|qual a razao|motivo|motivos|causa|why|how come|what caused|what explains|what is behind|what's behind|what drove|what happened|what happened to|o que aconteceu|"
    "o que houve|explica|explique|explain|reason|reasons|the reason|o que levou|what made|por qual motivo|por que razao|o que aconteceu com|what happened with|reason for",
    "definition": "o que e|oq e|o q e|que e|o que significa|o que quer dizer|significa|significado|definicao|defina|define|definition|what is a|what does|mean|meaning|what's a|o que sao|como e calculado|como e calculada|como calcula|como se calcula|como voces calculam|"
    "como vc calcula|como voce calcula|how is|calculated|how do you calculate|how do you compute|formula|explica o que e|explique o que e|what do you mean by|calculado|calculada|calculo|computed|conceito",
    "help": "ajuda|ajude|ajudar|help|o que voce faz|o que voce sabe|o que voce pode|o que posso perguntar|o que da pra perguntar|what can you do|what can i ask|how do you work|como funciona|como voce funciona|comandos|commands|o que vc faz|o que voce consegue|"
    "what can you answer|what do you know|quais perguntas|which questions|what questions|como usar|quem e voce|who are you|o que voce sabe fazer|menu|opcoes",
    "greeting": "oi|ola|opa|eae|e ai|bom dia|boa tarde|boa noite|hello|hi|hey|good morning|good afternoon|good evening|salve|fala|tudo bem|td bem|como vai|how are you|beleza|blz|obrigado|obrigada|valeu|vlw|thanks|thank you|thx|brigado|brigada|tchau|bye|ate mais|"
    "goodbye|ok|okay|show de bola|perfeito|legal|otimo|great|perfect|cool|nice|ate logo",
    "suggestions": "sugestao|sugestoes|suggestion|suggestions|recomendacao|recomendacoes|recommendation|recommendations|recomenda|recomendam|recommend|sugere|sugerem|suggest|o que devo fazer|o que fazer|what should i do|what should we do|o que eu devo fazer|"
    "posso melhorar|melhorar|o que devo pausar|o que pausar|what should i pause|what to pause|devo pausar|devo aumentar|devo reduzir|should i pause|should i increase|should i reduce|should we pause|should we increase|vale a pena pausar|vale a pena|onde devo investir|onde investir mais|oportunidade|oportunidades|opportunities|"
    "what should i change|devo escalar|o que escalar|quais escalar|should i scale|escalar|devo desligar|devo cortar|otimizar|optimize|optimise|pendentes de aprovacao|para aprovar|waiting for approval|awaiting approval|pending approval",
    "anomalies": "anomalia|anomalias|anomaly|anomalies|alerta|alertas|alert|alerts|algo estranho|algo anormal|algo errado|algo de errado|problema|problemas|problem|problems|issue|issues|anything wrong|something wrong|anything strange|anything unusual|fora do normal|"
    "fora do comum|anormal|anormais|unusual|estranho|estranha|strange|weird|anomalo|quebrado|quebrou|broken|ta tudo bem com|esta tudo bem com|suspeito|fora do padrao|outlier|outliers|algum erro",
    "scores": "score|scores|pontuacao|pontuacoes|nota|notas|rating|ratings|saude das campanhas|saude da campanha|saude|health|health score|campaign health|nota da campanha|grade|grades",
    "pacing": "posso gastar|ainda posso gastar|podemos gastar|da pra gastar|posso investir|can i spend|can we spend|can i still spend|can we still spend|left in the budget|resta da verba|resta do orcamento|falta gastar|estourar|estourando|estourou|estouro|ritmo|pacing|on track|on pace|on budget|over budget|overspend|overspending|underspend|underspending|under budget|sobrar|sobra|sobrou|sobrando|vai dar|orcamento|orcamentos|budget|budgets|verba|verbas|verba restante|"
    "remaining budget|budget left|left to spend|left|restando|restante|resta|falta gastar|ultrapassar|exceed|projecao|projecao de gasto|projection|projected|previsao|forecast|vou fechar|fechar o mes|acabar a verba|run out|blow the budget|blow|limite de gasto|no orcamento|dentro do orcamento|acima do orcamento|fechamento|meta de gasto|vai fechar",
    "freshness": "ate que horas|ate quando|de quando sao os dados|how old|how current|ultima atualizacao|atualizado|atualizados|atualizada|atualizadas|atualizou|last update|last updated|up to date|how fresh|freshness|quando atualizou|fresh|updated|dados de quando|quando foi a ultima leitura|ultima leitura|ultima coleta|data as of|how recent|recent are|defasados|desatualizados|stale|sincronizou|last sync|atualizacao",
    "objects": "quantas|quantos|how many|liste|listar|lista|list|nome|nomes|name|names|quais sao|existem|existe|are there|tenho|temos|which are",
}

# Verbs of changes; the grammar sees to it that they are said as a command.
WRITES = (
    "pause pausa pausar pausem pausarmos desligue desliga desligar ative ativar ativa ligue ligar liga reative reativar reativa crie criar cria create"
    " delete deletar deleta apague apagar apaga exclua excluir exclui remova remover remove duplique duplicar duplica duplicate aumente aumentar aumenta"
    " increase raise reduza reduzir reduz reduce diminua diminuir diminui lower cut corte cortar corta dobre dobrar dobra double mude mudar muda change"
    " altere alterar altera set defina definir edite editar edita edit renomeie renomear rename enable disable activate reactivate resume stop pare parar"
    " turn switch unpause launch lance lancar suba subir publique publicar publish aprove aprovar aprova approve aceite aceitar aceita accept rejeite rejeitar"
    " rejeita reject escale escala scale baixe baixar encerre encerrar encerra finalize finalizar end move mova mover transfira transferir coloca coloque bota bote"
    " shift reallocate realoque realocar update atualize archive arquive arquivar kill boost impulsione impulsionar"
).split()

FORBIDDEN = (
    "senha|senhas|password|passwords|token|tokens|api key|api keys|chave de api|access token|credencial|credenciais|credentials|credential|secret|secrets|segredo|segredos|cartao de credito|credit card|numero do cartao|"
    "cpf|cpfs|cnpj|email dos|emails|e mails|telefone|telefones|phone numbers|phone|endereco|addresses|system prompt|prompt|prompts|instrucoes|instructions|drop table|insert into|delete from|pg catalog|information schema|"
    "pg shadow|union select|outro cliente|outros clientes|other customers|other clients|another customer|other users|outros usuarios|outra agencia|other agencies|outro usuario|another user|other people|outras pessoas|concorrente|concorrentes|competitor|competitors|concorrencia|"
    "env|environment variables|variaveis de ambiente|jailbreak|developer mode|dan|ignore|ignora|ignorar|esqueca|forget|disregard|invent|invente|inventa|inventar|make up|chute|chuta|guess|finja|pretend|admin|root|sudo|exec|eval|script|javascript|banco de dados|database|schema"
)

STOPWORDS = frozenset(
    "a ao aos as o os um uma uns umas de do da dos das em no na nos nas num numa para pra pro pros pras por pelo pela pelos pelas com  sob sobre "
    " e ou mas que se ja la ai ali aqui me mim meu meus minha minhas nosso nossa nossos nossas seu sua seus suas eu ele ela eles elas nos voce voces vc vcs"
    " isso isto esse essa esses essas este esta estes estas aquele aquela foi foram e era sao ser sera esta estao estava estavam ta tao tava to tou estou"
    " tem tinha teve tivemos tive tiveram ter tera houve ha havia fiz fez fizemos fizeram faz fazem fazer deu deram dar dei tivemos consegui conseguiu conseguimos"
    " qual quais quanto quanta quantos quantas quando onde como quem cade so apenas somente ainda agora total totais geral no total ao todo todo todos toda todas tudo"
    " mostre mostra mostrar mostrem me diga diz dizer fala falar conte conta-me traga traz ver veja vejo vamos vai ve queria quero gostaria preciso saber poderia pode"
    " favor gentileza pf pfv pls plz please obrigado obrigada ai hein ne entao tambem tb tbm cada mesmo muito bem mais ou menos aproximadamente tabela table grafico chart graph plot lista"
    "   numero numeros quantidade media  average dado dados relatorio resumo resumir info informacao informacoes exato exata exatamente"
    " facebook-ads meta anunciante periodo period intervalo durante dentro entre   momento anda andam ficou ficaram fica ficar saiu sairam veio vieram rolou"
    " gerou geraram gerar gerado geradas gerados trouxe trouxeram obtive obtivemos obteve receberam recebeu recebemos recebi custa performance desempenho"
    " the a an of in on at to for from by with and or is are was were be been being do does did done has have had having i me my mine we us our ours you your it its"
    " this that these those there here what what's whats which who how much many when where show me tell give let see get got gets getting want would like could can"
    " will please just only also so far all overall any some each every number numbers    figures total totals per during within over about now"
    " i'd i'm we're they them their s d m t re ve ll if as whole entire most-recent between currently current run ran look looks looking break down breakdown split"
    " splitted broken grouped group agrupado agrupados quebrado quebra quebre quebrar dividido divida separado separada separados detalhe detalhado detalhada detalhes abrindo abra abrir aberto"
    " distribution distribuicao data report summary generated generate brought bring make made produced deliver delivered delivering perform performed performs performing"
    " vi aconteceu tenha tiver for sido sendo estive estivemos nossa mim eh q oq ok ta lá  entao olha veja hum hmm eita cara mano galera pessoal time chefe amigo querido"
    " using used use em termos terms relacao considerando respeito according segundo ordem ordene ordenado ordenadas ordenar order ordered sorted sort rank ranked ranking classifique classifica"
    " go going went come came keep been  still yet really exactly right quick quickly question curious wondering know check find out need check checking pull up"
    " pergunta duvida rapida rapidinho curiosidade sei verificar conferir checar puxa puxar pegar pega passa passar manda mandar envie informe informar"
    " nossos nosso nele nela neles nelas disso dele dela dai dessa desse dessas desses nesse nessa but nesses nessas neste nesta nestes nestas deste desta destes destas"
    " qto qtos qta qtas qnt qnts qts quantidades hj via atraves usando ad-account facebook-ads fim inicio mesma mesmas mesmos outra outras outro outros"
    " vou vais iremos irei vao algum alguma alguns algumas nenhum nenhuma pendente pendentes abertas aberto aberta abertos pending open existing existem haver algo anything something"
    " gente turma equipe team company empresa negocio business marca brand fazendo doing making getting dinheiro money grana exatos certinho direitinho acontecendo happening acha acham achar pensa think achou acredita believe estimativa lembra remember conseguimos conseguir rodaram rodou rodar roda veiculou veicularam"
    " teria seria sera serao poderiam podem podemos pude tipo assim daqui desse dali ainda sempre     again novo novamente ja   por-favor favor"
    " acumulado acumulada acumulados somando soma somar sum summed sums add added aggregate aggregated consolidated consolidado consolidada overview visao geral painel dashboard kpi kpis metric metrica metricas metrics indicador indicadores"
    " comparativamente junto juntos juntas together both ambos ambas usei usamos usou usaram fizeram feito feita feitas feitos realizadas realizados realizado registradas registrados registrado obtidos obtidas obtido conseguido pagando pago paguei paid pay paying"
    " conta-me contar diga-me me-diga da-me lembrar agradeco agradeceria ficaria feliz love know knowing understand entender entendo compreender ajudinha rapido rapida urgente urgent asap"
    " qualquer cadastrada cadastradas cadastrado whatever toda-vez vez vezes times time-frame timeframe janela window range date dates data datas valendo vale quanta-s que-s"
    " ads-manager gerenciador plataforma-de meta's account's campaign's campaigns' today's yesterday's week's month's year's day's spread respectively respectivamente individual individually individualmente"
    " analyse analyze analisa analise analisar analysis acompanhar acompanhamento tracking track monitor monitorar levantamento numero-de totalizou totalizaram totalizando totaliza totaled totalled atingiu atingimos atingiram alcancar reached-out bateu batemos bateram registrou registramos registraram apresentou apresentaram"
    " eh ehh pow po poxa caramba porra caralho merda droga damn hell fuck shit pra-mim kkk kkkk rs haha lol oxe uai tche bah vish eita menino menina parca bro dude man guys folks cash doing-on looking-like buddy mate boss"
    " passou andou tivesse tenham houver deve devem devia might must shall may could've i've we've you've that's there's here's who's how's let's qual-foi seriam tal lado dois duas three two both     indo estive andando anda moment right-now neste-momento atualmente currently ultimamente lately recently recentemente recent recente recentes latest normal normalmente usually usual costuma"
    " ones one tanto tanta tantos tantas tao so such too caro posso pode poder quiser quis querem ajeita me-da manda oq esta-o they're it's         no sim yes should least-recent up well".split()
)
