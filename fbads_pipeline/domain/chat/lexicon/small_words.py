"""Words without a meaning of their own here, and slips of the pen."""

from fbads_pipeline.domain.chat.understanding.normalise import listed

STOPWORDS = listed(
    "c p s q d n consegue consegues conseguiria a aberta abertas aberto abertos about abra abrindo abrir according "
    "account's acha acham achar achou "
    "acompanhamento acompanhar acontecendo aconteceu acredita acumulada acumulado acumulados ad-account add "
    "added ads-manager again aggregate aggregated agora agradeceria agradeco agrupado agrupados ai ainda ajeita "
    "ajudinha alcancar algo algum alguma algumas alguns ali all also ambas ambos amigo an analisa analisar "
    "analise analyse analysis analyze and anda andam andando andou anunciante any anything ao aos apenas "
    "apresentaram apresentou aproximadamente aquela aquele aqui are as asap assim at atingimos atingiram atingiu "
    "atraves atualmente average bah batemos bateram bateu be been being believe bem between boss both brand "
    "break breakdown bring bro broken brought buddy business but by cada cadastrada cadastradas cadastrado cade "
    "came campaign's campaigns' can cara caralho caramba caro cash certinho chart checar check checking chefe "
    "classifica classifique com come como company comparativamente compreender conferir consegui conseguido "
    "conseguimos conseguir conseguiu considerando consolidada consolidado consolidated conta-me contar conte "
    "costuma could could've curiosidade curious current currently d da da-me dado dados dai dali damn "
    "daqui dar das dashboard data datas date dates day's de dei dela dele deliver delivered delivering dentro "
    "deram desempenho dessa dessas desse desses desta destas deste destes detalhada detalhado detalhe detalhes "
    "deu deve devem devia did diga diga-me dinheiro direitinho disso distribuicao distribution divida dividido "
    "diz dizer do does doing doing-on dois done dos down droga duas dude durante during duvida e each eh ehh "
    "eita ela elas ele eles em empresa entao entender entendo entire entre envie equipe era essa essas esse "
    "esses esta esta-o estao estas estava estavam este estes estimativa estive estivemos estou eu every exactly "
    "exata exatamente exato exatos existem existing facebook-ads fala falar far favor faz fazem fazendo fazer "
    "feita feitas feito feitos feliz fez fica ficar ficaram ficaria ficou figures fim find fiz fizemos fizeram "
    "foi folks for foram from fuck galera generate generated gente gentileza geradas gerado gerados geral gerar "
    "geraram gerenciador gerou get gets getting give go going gostaria got grafico grana graph group grouped "
    "guys ha had haha happening has have haver havia having hein hell here here's hj hmm houve houver how how's "
    "hum i i'd i'm i've if in indicador indicadores individual individually individualmente indo info informacao "
    "informacoes informar informe inicio intervalo irei iremos is isso isto it it's its ja janela juntas junto "
    "juntos just keep kkk kkkk know knowing kpi kpis la lado lately latest least-recent lembra lembrar let let's "
    "levantamento like lista ll lol look looking looking-like looks love lá m made mais make making man manda "
    "mandar mano many marca mas mate may me me-da me-diga media menina menino menos merda mesma mesmas mesmo "
    "mesmos meta meta's metric metrica metricas metrics meu meus might mim mine minha minhas moment momento "
    "money monitor monitorar month's most-recent mostra mostrar mostre mostrem much muito must my na nas ne need "
    "negocio nela nelas nele neles nenhum nenhuma nessa nessas nesse nesses nesta nestas neste neste-momento "
    "nestes no normal normalmente nos nossa nossas nosso nossos novamente novo now num numa number numbers "
    "numero numero-de numeros o obrigada obrigado obteve obtidas obtido obtidos obtive obtivemos of ok olha on "
    "onde one ones only open oq or ordem ordenadas ordenado ordenar ordene order ordered os ou our ours out "
    "outra outras outro outros over overall overview oxe painel para parca passa passar "
    "passou pega pegar pela pelas pelo pelos pendente pendentes pending pensa per perform performance "
    "performed performing performs pergunta period periodo pessoal pf pfv plataforma-de please plot pls plz po "
    "pode podem podemos poder poderia poderiam por por-favor porra posso pow poxa pra pra-mim pras preciso pro "
    "produced pros pude pull puxa puxar q qnt qnts qta qtas qto qtos qts quais qual qual-foi qualquer quando "
    "quanta quanta-s quantas quantidade quantidades quanto quantos que que-s quebra quebrado quebrar quebre quem "
    "querem queria querido quero question quick quickly quis quiser ran range rank ranked ranking rapida "
    "rapidinho rapido re reached-out realizadas realizado realizados really recebemos receberam recebeu recebi "
    "recent recente recentemente recentes recently registradas registrado registrados registramos registraram "
    "registrou relacao relatorio remember report respectivamente respectively respeito resumir resumo right "
    "right-now roda rodar rodaram rodou rolou rs run s saber sairam saiu sao se see segundo sei sempre sendo "
    "separada separado separados ser sera serao seria seriam seu seus shall shit should show sido sim so sob "
    "sobre soma somando somar some somente something sort sorted split splitted spread still sua suas such sum "
    "summary summed sums t ta tabela table tal tambem tanta tantas tanto tantos tao tava tb tbm tche team tell "
    "tem tenha tenham ter tera teria termos terms teve that that's the their them there there's these they "
    "they're think this those three time time-frame timeframe times tinha tipo tive tivemos tiver tiveram "
    "tivesse to toda toda-vez todas today's todo todos together too totais total totaled totaliza totalizando "
    "totalizaram totalizou totalled totals tou track tracking traga traz trouxe trouxeram tudo turma two uai "
    "ultimamente um uma umas understand uns up urgent urgente us usamos usando usaram use used usei using usou "
    "usual usually vai vais vale valendo vamos vao vc vcs ve veicularam veiculou veio veja vejo ver verificar "
    "vez vezes vi via vieram visao vish voce voces vou want was we we're we've week's well went were what what's "
    "whatever whats when where which who who's whole will window with within wondering would year's yes "
    "yesterday's yet you you've your"
)

# Real words that look like slips of others: left as they are, they end in an honest refusal.
NOT_SLIPS = listed(
    "adult adults afternoon alvo alvos amanha audio bimestre black campo campos canal capital carousel carrossel "
    "cast causes century champion client cliente clientes clip clips clock coast color contar contem conter copy "
    "cost-s counter counters course custom customs dado dated deal deals decada east evening fado feed friend "
    "friends goal goals headline hourly image imagem images landing leader leaders leaks lends leste link links "
    "load loads madrugada manha manual media median menu mesa messa meta metas midia moda mode model models "
    "morning motor next night noite norte north oeste organic page pages pagina paginas parte partes party "
    "peso pessoa pessoas pixel place places plan plano planos plans point points ponto pontos porta post posts "
    "prazo report_service prima primo proxima proximo rates ratio ratios reads reel reels rent rest roast roles rooms "
    "rows semestre sexta-feira shared site south stories story sul tarde target targets tempo texto titulo "
    "tomorrow vendedor vendedores vendor vendors vezes video videos weather website west white"
)

# Short forms and slips that are nearer to another word than to the one that is meant.
MISSPELLINGS = {
    "pasada": "passada",
    "pasado": "passado",
    "hj": "hoje",
    "onte": "ontem",
    "otem": "ontem",
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
    "avg": "average",
}
