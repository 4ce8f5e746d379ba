"""Every language has every sentence, with the same placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from fbads_pipeline.adapters.translation.catalogues import (
    LOCALE,
    Catalogues,
    MissingText,
    compile_catalogues,
    languages,
)

PLACEHOLDER = re.compile(r"{(\w+)}")
SUBJECTS = sorted({path.stem for path in LOCALE.glob("*/LC_MESSAGES/*.po")})


def entries(folder: Path, subject: str) -> dict[str, tuple[str, ...]]:
    with (folder / "LC_MESSAGES" / f"{subject}.po").open("rb") as text:
        catalogue = read_po(text, locale=folder.name, abort_invalid=True)
    found = [one for one in catalogue if one.id]
    keys = [one.id[0] if isinstance(one.id, tuple) else one.id for one in found]
    assert len(keys) == len(set(keys)), "a key stands twice"
    texts = [one.string if isinstance(one.string, tuple) else (one.string,) for one in found]
    return dict(zip(keys, texts, strict=True))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_language_has_the_same_keys_and_placeholders(subject):
    english = entries(languages()["en"], subject)
    for folder in languages().values():
        texts = entries(folder, subject)
        assert sorted(texts) == sorted(english), folder.name
        for key, forms in texts.items():
            assert key.startswith(f"{subject}."), key
            assert all(forms), f"{folder.name} lacks a form of {key}"
            wanted = {name for form in english[key] for name in PLACEHOLDER.findall(form)}
            for form in forms:
                assert set(PLACEHOLDER.findall(form)) - {"count"} == wanted - {"count"}, f"{folder.name} {key}"


def test_a_key_that_is_not_there_is_a_fault():
    with pytest.raises(MissingText, match="pt_BR lacks formats.none"):
        Catalogues(languages()["pt"]).text("formats.none")
    with pytest.raises(MissingText, match="no catalogue"):
        Catalogues(languages()["pt"]).text("nowhere.none")


def test_compiled_catalogues_say_the_same_and_a_newer_source_wins(tmp_path):
    folder = tmp_path / "pt_BR" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "formats.po"
    source.write_bytes((languages()["pt"] / "LC_MESSAGES" / "formats.po").read_bytes())
    assert compile_catalogues(tmp_path) == [source.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []
    assert Catalogues(tmp_path / "pt_BR").text("formats.short_day") == "dd/MM"
    source.write_text(source.read_text().replace('dd/MM"', 'd/M"'))
    assert Catalogues(tmp_path / "pt_BR").text("formats.short_day") == "d/M"
