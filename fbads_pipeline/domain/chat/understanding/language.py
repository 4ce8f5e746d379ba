"""Which of our two languages a question is in, by the small words that only one of them has."""

import re

from fbads_pipeline.domain.chat.understanding.normalise import fold, listed
from fbads_pipeline.domain.core.formatting import Language

_PT = listed(
    "a ao aos as ainda algum alguma ano anterior anteontem ativa ativas ativo ate cada campanha campanhas cliques com"
    " como compras compara comparado conta contas conversoes criativo custo da das de desde deu dia dias do dos e ela"
    " em entre essa esse esta estao estou estourar eu fiz foi foram gastei gasto gastou hoje idade investi investimento"
    " isso ja la maior mais me melhor melhores menos mes meu minha minhas muito na nas nao no nos o oi ola ontem os ou"
    " pais para passada passado pelo pior piores por porque pra qual quais quando quanta quantas quanto quantos que"
    " quero retorno saldo se sem semana so sobre sugestoes tá ta tem tenho tive todas ultima ultimas ultimo ultimos um"
    " uma valeu vendas verba vou faturamento faturei receita orcamento alcance conjunto conjuntos anuncio anuncios"
    " pausadas pausa ative bom boa tarde noite mostra mostre lista liste"
)
_EN = listed(
    "about above account accounts ad ads adset adsets age all am and any are at average been best below between budget"
    " by campaign campaigns can change changed off turn set increase delete rename tell up clicks conversion rate "
    "give report daily weekly monthly average highest lowest trend budget pause define paid ads ad clicks "
    "compare compared cost country day days did do does each from"
    " gender get give had has have hello help hi how i in is it last least list many me month more most much my of on"
    " our over paused please previous purchases quarter reach return revenue sales score scores show since spend"
    " spending spent suggestions thanks than that the this to today top under until us was we week were what when which"
    " who why with worst year yesterday you compared versus conversions impressions active only set sets anomalies"
)
_WORD = re.compile(r"[^\W\d_]+")


def detect(question: str, *, otherwise: Language = "pt") -> Language:
    """`pt` or `en`; `otherwise` where neither has more words in it ("CPA?")."""
    words = _WORD.findall(fold(question))
    portuguese = sum(word in _PT for word in words)
    english = sum(word in _EN for word in words)
    if any(character in "ãõçáéíóúâêô" for character in question.casefold()):
        portuguese += 2
    if portuguese == english:
        return otherwise
    return "pt" if portuguese > english else "en"
