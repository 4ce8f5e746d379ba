"""Words of the team: checked, in versions, undone, at once; misses without names; verified questions replayed."""

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from evaluation.chat.world import FOREIGN, MINE, NOW
from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.postgres.chat.vocabulary import PostgresChatVocabulary
from fbads_pipeline.domain.chat.taught import Synonym, UnusableSynonym, applied
from fbads_pipeline.domain.chat.understanding.entities import NamedObject, ObjectNames
from fbads_pipeline.services.chat import teach
from fbads_pipeline.services.chat.answer_question import answer, not_useful
from fbads_pipeline.services.chat.turn import ChatUser
from fbads_pipeline_tests.services.chat.conftest import AURORA, EVERY

KEY = SecretStr(Fernet.generate_key().decode())
OTHER = ChatUser("joana", MINE[2:])


@pytest.fixture
def team(whole_world):
    """A chat that can be taught; what it was taught goes afterwards."""
    yield replace(whole_world.chat, taught=PostgresChatVocabulary(whole_world.owner, Cipher(KEY)))
    whole_world.run("truncate ops.chat_synonyms, ops.chat_misses, ops.chat_verified_questions")


def ask(chat, question, user=EVERY):
    return answer(chat, question, user=user, now=NOW)


TAUGHT = (
    ("Fritada geral", "metric", "investimento", "fritada geral de ontem", "investimento de ontem"),
    ("papos quentes", "metric", "messaging_conversations", "papos quentes ontem", "conversas iniciadas ontem"),
    ("a galinha", "object", "Remarketing Carrinho", "gasto da galinha ontem", "gasto da Remarketing Carrinho ontem"),
    ("furacão", "period", "de 10/11/2026 a 16/11/2026", "cliques no furacão", "cliques de 10/11/2026 a 16/11/2026"),
)


@pytest.mark.parametrize(
    ("phrase", "kind", "meaning", "asked", "same"), TAUGHT, ids=[one[1] + one[0] for one in TAUGHT]
)
def test_a_taught_word_holds_from_the_next_question_on_and_can_be_undone(team, phrase, kind, meaning, asked, same):
    assert ask(team, asked).outcome != "answered"
    made = teach.teach(team, phrase, kind, meaning, user=EVERY, now=NOW)
    told, plain = ask(team, asked), ask(team, same)
    assert told.outcome == "answered" and told.tables[0].rows == plain.tables[0].rows and told.text == plain.text
    elsewhere = replace(team, taught=PostgresChatVocabulary(team.taught._owner, None))
    assert ask(elsewhere, asked).text == plain.text, "another process needs no restart"
    assert teach.undo(team, made.version, user=EVERY, now=NOW).synonym is None
    assert ask(team, asked).outcome != "answered" and ask(elsewhere, asked).outcome != "answered"
    again = teach.undo(team, made.version + 1, user=EVERY, now=NOW)
    assert again.synonym == made.synonym and ask(team, asked).text == plain.text
    assert [one.set_by for one in teach.history(team, user=EVERY, most=9)] == ["maria"] * 3


@pytest.mark.parametrize(
    ("phrase", "kind", "meaning", "key"),
    [
        ("gasto", "metric", "clicks", "chat.synonym_taken"),
        ("Ontem", "metric", "clicks", "chat.synonym_taken"),
        ("por campanha", "metric", "clicks", "chat.synonym_taken"),
        ("gastto", "metric", "clicks", "chat.synonym_taken"),
        ("Loja Aurora", "metric", "clicks", "chat.synonym_taken"),
        ("quanto", "period", "ontem", "chat.synonym_taken"),
        ("50", "metric", "clicks", "chat.synonym_no_word"),
        ("", "metric", "clicks", "chat.synonym_length"),
        ("a b c d e f g h i", "metric", "clicks", "chat.synonym_length"),
        ("zimbro", "metric", "flux capacitor", "chat.synonym_no_metric"),
        ("zimbro", "object", "Segredo do Rival", "chat.synonym_no_object"),
        ("zimbro", "object", FOREIGN, "chat.synonym_no_object"),
        ("zimbro", "period", "qualquer dia", "chat.synonym_no_days"),
        ("zimbro", "period", "gasto de ontem", "chat.synonym_no_days"),
    ],
)
def test_a_word_that_means_something_or_a_meaning_that_is_none_is_refused(team, phrase, kind, meaning, key):
    with pytest.raises(UnusableSynonym) as refused:
        teach.teach(team, phrase, kind, meaning, user=EVERY, now=NOW)
    assert refused.value.message.key == key
    assert teach.history(team, user=EVERY, most=9) == []


def test_a_word_for_an_object_is_that_account_s_alone(team):
    made = teach.teach(team, "galinha dourada", "object", "Remarketing Carrinho", user=EVERY, now=NOW)
    assert teach.taught(team, user=OTHER) == [] == teach.history(team, user=OTHER, most=9)
    assert teach.undo(team, made.version, user=OTHER, now=NOW) is None
    assert not teach.forget(team, "galinha dourada", user=OTHER, now=NOW)
    assert ask(team, "gasto da galinha dourada ontem", OTHER).outcome != "answered"
    assert teach.forget(team, "galinha dourada", user=AURORA, now=NOW) and teach.taught(team, user=EVERY) == []


def test_a_name_of_one_s_own_stays_a_name(team):
    names = ObjectNames(
        [NamedObject("campaign", "100001", "1", "Zimbro Verde"), NamedObject("campaign", "2", "1", "X")]
    )
    words = [Synonym("zimbro verde", "metric", "spend"), Synonym("zimbro", "metric", "clicks")]
    of = (team.lexicon, team.catalogue)
    assert applied("gasto do Zimbro Verde", words[:1], names, *of) == "gasto do zimbro verde"
    assert applied("Zimbro, ontem", words[1:], ObjectNames([]), *of) == "cliques, ontem"
    assert applied("ganho ontem", words, names, *of) == "ganho ontem"


def test_what_could_not_be_answered_is_kept_without_names_and_amounts_encrypted(team, whole_world):
    question = "zimbrolho da Loja Aurora ontem com CPA acima de R$ 1.234,56 para maria@exemplo.com.br 11987654321"
    assert ask(team, question).outcome != "answered"
    assert ask(team, "quanto gastei ontem?").outcome == "answered"
    assert ask(team, "muda o orçamento da Spring Sale").kind == "change_request"
    (miss,) = teach.misses(team)
    assert "zimbrolho" in miss.words and miss.times == 1
    kept = f"{miss.text} {miss.words}"
    for secret in ("aurora", "1.234", "234", "exemplo", "maria", "987"):
        assert secret not in kept, kept
    raw = whole_world.value("select encode(question, 'escape') from ops.chat_misses")
    assert "zimbrolho" not in raw
    columns = whole_world.value("select string_agg(column_name, ' ') from information_schema.columns"
                                " where table_name = 'chat_misses'")  # fmt: skip
    assert "user" not in columns and "session" not in columns
    ask(team, question)
    not_useful(team, "quanto gastei ontem na Spring Sale?", user=EVERY, now=NOW)
    found = {(one.reason, one.times) for one in teach.misses(team)}
    assert len(found) == 2 and ("not_useful", 1) in found and 2 in {times for _, times in found}
    ask(replace(team, taught=PostgresChatVocabulary(whole_world.owner, None)), "outro zimbrolho ontem", OTHER)
    assert whole_world.value("select count(*) from ops.chat_misses") == 3


def test_a_verified_question_says_when_it_is_understood_differently(team):
    teach.teach(team, "zopra", "metric", "spend", user=EVERY, now=NOW)
    for question in ("zopra da Loja Aurora ontem", "clicks by campaign last week", "gasto de 5 de outubro"):
        teach.verify(team, question, user=EVERY, language=None, now=NOW)
    with pytest.raises(UnusableSynonym):
        teach.verify(team, "zimbrolho ontem", user=EVERY, language=None, now=NOW)

    def states():
        return {one.question.asked[:5]: (one.state, one.changed)
                for one in teach.replay_verified(team, teach.verified(team, user=EVERY))}  # fmt: skip

    same = ("same", ())
    assert states() == {"zopra": same, "click": same, "gasto": same}
    teach.teach(team, "zopra", "metric", "clicks", user=EVERY, now=NOW)
    assert states() == {"zopra": ("changed", ("metrics",)), "click": same, "gasto": same}
    teach.forget(team, "zopra", user=EVERY, now=NOW)
    assert states()["zopra"] == ("not_answered", ())
    assert teach.verified(team, user=OTHER) == []
    (first, *_) = teach.verified(team, user=EVERY)
    assert not teach.unverify(team, first.version, user=OTHER, now=NOW)
    assert teach.unverify(team, first.version, user=EVERY, now=NOW) and len(states()) == 2
