"""The words of questions about metrics, in both languages, and what each stands for.

Folded: lower case, no accents; phrases with | between them.
"""

from fbads_pipeline.domain.chat.understanding.normalise import listed

DIMENSIONS = {
    "account": (
        "conta|contas|account|accounts|cliente|conta de anuncios|contas de anuncio|contas de anuncios|ad account|"
        "ad accounts|bm"
    ),
    "campaign": "campanha|campanhas|campaign|campaigns|camp|camps|cpg",
    "adset": (
        "conjunto|conjuntos|conjunto de anuncios|conjuntos de anuncios|conjunto de anuncio|conjuntos de anuncio|"
        "ad set|ad sets|adset|adsets|publico|publicos|audience|audiences|grupo de anuncios|grupos de anuncios"
    ),
    "ad": "anuncio|anuncios|ad|ads|criativo|criativos|creative|creatives|peca|pecas|arte|artes",
    "day": (
        "days|trend|tendencia|evolucao|historico|over time|ao longo do tempo|timeline|day|por dia|ao dia|diario|diaria|"
        "diarios|diarias|diariamente|dia a dia|a cada dia|cada dia|por data|dias|per day|by day|each day|daily|"
        "day by day|every day|que dia|qual dia|quais dias|em que dia|em qual dia|qual foi o dia|which day|what day|"
        "which days|by date|on which day|on what day|dia"
    ),
    "week": (
        "semana|week|por semana|semanal|semanalmente|semana a semana|cada semana|a cada semana|per week|by week|"
        "weekly|each week|week by week|every week|week over week|qual semana|which week|semanas|weeks|que semana"
    ),
    "month": (
        "mes|month|por mes|mensal|mensalmente|mes a mes|cada mes|a cada mes|per month|by month|monthly|each month|"
        "month by month|every month|qual mes|which month|meses|months|que mes|month over month"
    ),
    "weekday": (
        "qual dia da semana|em qual dia da semana|que dia da semana|on which day of the week|what day of the week|"
        "on what day of the week|in which day of the week|qual o dia da semana|qual foi o dia da semana|"
        "por dia da semana|dia da semana|dias da semana|by weekday|per weekday|by day of the week|by day of week|"
        "day of the week|day of week|weekday|weekdays|which day of the week|which weekday|em que dia da semana"
    ),
    "objective": (
        "por objetivo|objetivo|objetivos|objective|objectives|by objective|per objective|cada objetivo|"
        "objetivo de campanha|campaign objective|objetivo da campanha"
    ),
    "age": (
        "idade|idades|faixa etaria|faixas etarias|faixa de idade|age|ages|age group|age groups|age range|age ranges|"
        "por idade|age bracket|age brackets"
    ),
    "gender": "genero|generos|sexo|gender|genders|sex|sexos",
    "country": "pais|paises|country|countries|por pais",
    "platform": "plataforma|plataformas|platform|platforms|rede|redes|publisher platform|canal|canais|por plataforma",
    "placement": (
        "posicionamento|posicionamentos|placement|placements|posicao|posicoes|position|positions|local de exibicao|"
        "posicionamento do anuncio"
    ),
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
    "SALES": (
        "campanhas de vendas|campanha de vendas|objetivo vendas|objetivo de vendas|sales campaigns|objective sales|"
        "sales objective|campanhas de conversao|objetivo de venda|objetivo venda"
    ),
    "LEADS": (
        "campanhas de leads|objetivo leads|objetivo de leads|lead campaigns|leads campaigns|"
        "lead generation campaigns|campanhas de lead|objetivo cadastro|objective leads|leads objective|"
        "campanhas de geracao de leads"
    ),
    "TRAFFIC": (
        "campanhas de trafego|objetivo trafego|objetivo de trafego|traffic campaigns|objective traffic|"
        "traffic objective"
    ),
    "AWARENESS": (
        "campanhas de reconhecimento|campanhas de alcance|objetivo reconhecimento|objetivo de reconhecimento|"
        "awareness campaigns|objective awareness|awareness objective|objetivo alcance|campanhas de branding"
    ),
    "ENGAGEMENT": (
        "campanhas de engajamento|objetivo engajamento|objetivo de engajamento|engagement campaigns|"
        "objective engagement|engagement objective|campanhas de mensagem|campanhas de mensagens"
    ),
    "APP_PROMOTION": "campanhas de app|campanhas de aplicativo|app campaigns|app promotion campaigns|objetivo app",
}

STATUSES = {
    "ACTIVE": (
        "ativa|ativas|ativo|ativos|active|rodando|no ar|em andamento|running|veiculando|em veiculacao|ligadas|ligada|"
        "live|currently running|estao ativas|estao rodando|esta rodando"
    ),
    "PAUSED": (
        "pausada|pausadas|pausado|pausados|paused|desligada|desligadas|desligado|desligados|inativa|inativas|"
        "inactive|paradas|parada|turned off|desativadas|desativada"
    ),
}

RANKS = {
    "best": (
        "better|melhor|melhores|best|best performing|top performing|top|campeao|campea|campeas|campeoes|melhor "
        "desempenho|"
        "melhor performance|melhor resultado|top performers|best performer|best performers|mais eficiente|"
        "mais eficientes|most efficient"
    ),
    "worst": (
        "pior|piores|worst|worst performing|bottom|pior desempenho|pior performance|underperforming|menos eficiente|"
        "menos eficientes|least efficient|worst performer|worst performers"
    ),
    "most": (
        "maior|maiores|mais|mais alto|mais alta|mais altos|mais altas|highest|largest|most|biggest|greatest|maximo|"
        "maxima|maximum|max|mais caro|mais cara|mais caras|mais caros|most expensive|bigger|higher|higher in|more|"
        "recorde|pico|peak"
    ),
    "least": (
        "menor|menores|menos|mais baixo|mais baixa|mais baixos|mais baixas|lowest|smallest|least|fewest|minimo|"
        "minima|minimum|min|mais barato|mais barata|mais baratas|mais baratos|cheapest|lower|less|fewer"
    ),
}

# An order of the whole list; nothing is cut off.
ORDERS = {
    "most": (
        "do maior para o menor|do maior pro menor|da maior para a menor|da maior pra menor|decrescente|"
        "ordem decrescente|descending|desc|highest to lowest|from highest to lowest|high to low|highest first|"
        "largest first|biggest first|maiores primeiro|maior primeiro|most to least"
    ),
    "least": (
        "do menor para o maior|do menor pro maior|da menor para a maior|da menor pra maior|crescente|ordem crescente|"
        "ascending|asc|lowest to highest|from lowest to highest|low to high|lowest first|smallest first|"
        "menores primeiro|menor primeiro|least to most"
    ),
    "best": (
        "do melhor para o pior|do melhor pro pior|da melhor para a pior|da melhor pra pior|best to worst|"
        "from best to worst|best first"
    ),
    "worst": (
        "do pior para o melhor|do pior pro melhor|da pior para a melhor|da pior pra melhor|worst to best|"
        "from worst to best|worst first"
    ),
}

COMPARISONS = {
    "pair": (
        "than|diferenca|difference|diff|diferencas|vs|versus|x|contra|comparado com|comparada com|comparado a|"
        "comparada a|"
        "comparando com|compared to|compared with|against|em comparacao com|em comparacao a|em comparacao ao|"
        "em relacao a|em relacao ao|em relacao|do que|frente a|frente ao|relative to|compare|comparar|comparacao|"
        "compara|comparison|comparando|comparado|comparada|compare com|compared|comparativo|a compared"
    ),
    "previous": (
        "com a anterior|com o anterior|a anterior|o anterior|que a anterior|que o anterior|the one before|"
        "the previous one|anterior|periodo anterior|no periodo anterior|ao periodo anterior|o periodo anterior|do "
        "periodo anterior|"
        "previous period|the previous period|prior period|the prior period|period before|the period before|"
        "preceding period|periodo passado|last period"
    ),
    "year": (
        "mesmo periodo do ano passado|mesmo periodo do ano anterior|ano anterior mesmo periodo|same period last year|"
        "same period of last year|a year ago|a year earlier|year over year|yoy|um ano antes|same time last year|"
        "mesma epoca do ano passado|ano contra ano|same period a year ago|same month last year|"
        "mesmo mes do ano passado"
    ),
    "moved": (
        "subiu|subiram|caiu|cairam|aumentou|aumentaram|diminuiu|diminuiram|piorou|pioraram|melhorou|melhoraram|"
        "cresceu|cresceram|mudou|mudaram|variou|variacao|evoluiu|went up|gone up|go up|going up|going down|goes up|"
        "goes down|coming down|went down|gone down|go down|increase|increased|decrease|decreased|drop|dropped|"
        "changed|change|improve|improved|worsened|grow|grew|growth|rise|risen|rose|fell|fallen|fall|decline|declined|"
        "crescimento|queda|aumento|encareceu|barateou|subindo|caindo|aumentando|diminuindo|baixou|baixaram|"
        "increasing|decreasing|rising|falling|dropping|getting worse|getting better|piorando|melhorando|disparou|"
        "dispararam|despencou|despencaram|spike|spiked|jump|jumped|explodiu|oscilou|alto|alta|baixo|baixa|high|low"
    ),
}

INTENTS = {
    "why": (
        "por que|porque|por q|pq|porq|o que explica|o que causou|qual o motivo|qual a causa|qual a razao|motivo|"
        "motivos|causa|why|how come|what caused|what explains|what is behind|what's behind|what drove|what happened|"
        "what happened to|o que aconteceu|o que houve|explica|explique|explain|reason|reasons|the reason|o que levou|"
        "what made|por qual motivo|por que razao|o que aconteceu com|what happened with|reason for"
    ),
    "definition": (
        "o que e|oq e|o q e|que e|o que significa|o que quer dizer|significa|significado|definicao|defina|define|"
        "definition|what is a|what does|mean|meaning|what's a|o que sao|como e calculado|como e calculada|"
        "como calcula|como se calcula|como voces calculam|como vc calcula|como voce calcula|how is|calculated|"
        "how do you calculate|how do you compute|formula|explica o que e|explique o que e|what do you mean by|"
        "calculado|calculada|calculo|computed|conceito"
    ),
    "help": (
        "quais metricas|que metricas|which metrics|what metrics|metricas disponiveis|lista de metricas|"
        "ajuda|ajude|ajudar|help|o que voce faz|o que voce sabe|o que voce pode|o que posso perguntar|"
        "o que da pra perguntar|what can you do|what can i ask|how do you work|como funciona|como voce funciona|"
        "comandos|commands|o que vc faz|o que voce consegue|what can you answer|what do you know|quais perguntas|"
        "which questions|what questions|como usar|quem e voce|who are you|o que voce sabe fazer|menu|opcoes"
    ),
    "greeting": (
        "oi|ola|opa|eae|e ai|bom dia|boa tarde|boa noite|hello|hi|hey|good morning|good afternoon|good evening|salve|"
        "fala|tudo bem|td bem|como vai|how are you|beleza|blz|obrigado|obrigada|valeu|vlw|thanks|thank you|thx|"
        "brigado|brigada|tchau|bye|ate mais|goodbye|ok|okay|show de bola|perfeito|legal|otimo|great|perfect|cool|"
        "nice|ate logo"
    ),
    "suggestions": (
        "sugestao|sugestoes|suggestion|suggestions|recomendacao|recomendacoes|recommendation|recommendations|"
        "recomenda|recomendam|recommend|sugere|sugerem|suggest|o que devo fazer|o que fazer|what should i do|"
        "what should we do|o que eu devo fazer|posso melhorar|melhorar|o que devo pausar|o que pausar|"
        "what should i pause|what to pause|devo pausar|devo aumentar|devo reduzir|should i pause|should i increase|"
        "should i reduce|should we pause|should we increase|vale a pena pausar|vale a pena|onde devo investir|"
        "onde investir mais|oportunidade|oportunidades|opportunities|what should i change|devo escalar|o que escalar|"
        "quais escalar|should i scale|escalar|devo desligar|devo cortar|otimizar|optimize|optimise|"
        "pendentes de aprovacao|para aprovar|waiting for approval|awaiting approval|pending approval"
    ),
    "anomalies": (
        "anomalia|anomalias|anomaly|anomalies|alerta|alertas|alert|alerts|algo estranho|algo anormal|algo errado|"
        "algo de errado|problema|problemas|problem|problems|issue|issues|anything wrong|something wrong|"
        "anything strange|anything unusual|fora do normal|fora do comum|anormal|anormais|unusual|estranho|estranha|"
        "strange|weird|anomalo|quebrado|quebrou|broken|ta tudo bem com|esta tudo bem com|suspeito|fora do padrao|"
        "outlier|outliers|algum erro"
    ),
    "scores": (
        "score|scores|pontuacao|pontuacoes|nota|notas|rating|ratings|saude das campanhas|saude da campanha|saude|"
        "health|health score|campaign health|nota da campanha|grade|grades"
    ),
    "pacing": (
        "ate o fim|ate o final|by the end|pro fim|para o fim|ate o fim do mes|ate o final do mes|by the end of the "
        "month|by month end|end of the month|end of month|"
        "pro fim do mes|fim do mes|final do mes|posso gastar|ainda posso gastar|podemos gastar|da pra gastar|posso "
        "investir|can i spend|can we spend|"
        "can i still spend|can we still spend|left in the budget|resta da verba|resta do orcamento|falta gastar|"
        "estourar|estourando|estourou|estouro|ritmo|pacing|on track|on pace|on budget|over budget|overspend|"
        "overspending|underspend|underspending|under budget|sobrar|sobra|sobrou|sobrando|vai dar|orcamento|"
        "orcamentos|budget|budgets|verba|verbas|verba restante|remaining budget|budget left|left to spend|left|"
        "restando|restante|resta|ultrapassar|exceed|projecao|projecao de gasto|projection|projected|previsao|"
        "forecast|vou fechar|fechar o mes|acabar a verba|run out|blow the budget|blow|limite de gasto|no orcamento|"
        "dentro do orcamento|acima do orcamento|fechamento|meta de gasto|vai fechar"
    ),
    "freshness": (
        "ate que horas|ate quando|de quando sao os dados|how old|how current|ultima atualizacao|atualizado|"
        "atualizados|atualizada|atualizadas|atualizou|last update|last updated|up to date|how fresh|freshness|"
        "quando atualizou|fresh|updated|dados de quando|quando foi a ultima leitura|ultima leitura|ultima coleta|"
        "data as of|how recent|recent are|defasados|desatualizados|stale|sincronizou|last sync|atualizacao"
    ),
    "objects": (
        "status|situacao|quantas|quantos|how many|liste|listar|lista|list|nome|nomes|name|names|quais sao|existem|"
        "existe|are there|"
        "tenho|temos|which are"
    ),
}

# Meta has these splits; nobody collects them here.
NOT_COLLECTED = (
    "cidade|cidades|city|cities|estado|estados|state|states|regiao|regioes|region|regions|por hora|hora|horas|hour|"
    "hours|hourly|horario|horarios|time of day|minuto|minute|dispositivo|dispositivos|device|devices|mobile|desktop|"
    "celular|android|ios|iphone|interesse|interesses|interest|interests|renda|income bracket|formato|formatos|format|"
    "formats|pagina de destino|landing page|landing pages|url|urls|palavra chave|palavras chave|keyword|keywords|"
    "produto|produtos|product|products|sku|skus|catalogo"
)

# What an answer would have to leave out; there is no plan for that.
EXCLUSIONS = (
    "menos a|menos as|menos o|menos os|exceto|tirando|excluindo|except|except for|excluding|other than|apart from|"
    "but not|sem contar|sem considerar|desconsiderando|without counting|ignoring|fora a|fora as|fora o|que nao|"
    "que nao sejam"
)

# Said alone they leave open since when.
SO_FAR = "ate agora|ate o momento|so far|until now|ate aqui|ate entao|up to now|to date|ate hoje"

# Words that only say that it is about advertising.
FILLERS = (
    "looking like|looks like|doing on|em anuncios|em anuncio|em ads|com anuncios|com ads|nos anuncios|on ads|in ads|"
    "on advertising|advertising|publicidade|meta ads|facebook ads|face ads|fb ads|no meta|na meta|on meta|midia paga|"
    "paid media|trafego pago|paid traffic|midia|em midia|em publicidade|em trafego|no gerenciador|"
    "all campaigns combined|anuncios do facebook|facebook advertising|ads on facebook|anuncios no facebook|"
    "nas minhas campanhas|nas campanhas todas"
)

# Secrets, other people, programs, and orders to the program itself.
FORBIDDEN = (
    "senha|senhas|password|passwords|token|tokens|api key|api keys|chave de api|access token|credencial|credenciais|"
    "credentials|credential|secret|secrets|segredo|segredos|cartao de credito|credit card|numero do cartao|cpf|cpfs|"
    "cnpj|email dos|emails|e mails|telefone|telefones|phone numbers|phone|endereco|addresses|system prompt|prompt|"
    "prompts|instrucoes|instructions|drop table|insert into|delete from|pg catalog|information schema|pg shadow|"
    "union select|outro cliente|outros clientes|other customers|other clients|another customer|other users|"
    "outros usuarios|outra agencia|other agencies|outro usuario|another user|other people|outras pessoas|concorrente|"
    "concorrentes|competitor|competitors|concorrencia|env|environment variables|variaveis de ambiente|jailbreak|"
    "developer mode|dan|ignore|ignora|ignorar|esqueca|forget|disregard|invent|invente|inventa|inventar|make up|chute|"
    "chuta|guess|finja|pretend|admin|root|sudo|exec|eval|script|javascript|banco de dados|database|schema"
)

# Verbs of changes; the grammar sees to it that they are said as a command.
WRITES = listed(
    "accept aceita aceitar aceite activate altera alterar altere apaga apagar apague approve aprova aprovar "
    "aprove archive arquivar arquive ativa ativar ative atualize aumenta aumentar aumente baixar baixe boost "
    "bota bote change coloca coloque corta cortar corte create cria criar crie cut defina definir deleta deletar "
    "delete desliga desligar desligue diminua diminui diminuir disable dobra dobrar dobre double duplica "
    "duplicar duplicate duplique edit edita editar edite enable encerra encerrar encerre end escala escale "
    "exclua exclui excluir finalizar finalize impulsionar impulsione increase kill lancar lance launch liga "
    "ligar ligue lower mova move mover muda mudar mude parar pare pausa pausar pausarmos pause pausem publicar "
    "publique publish raise reactivate reallocate realocar realoque reativa reativar reative reduce reduz reduza "
    "reduzir reject rejeita rejeitar rejeite remova remove remover rename renomear renomeie resume scale set "
    "shift stop suba subir switch transferir transfira turn unpause update"
)
