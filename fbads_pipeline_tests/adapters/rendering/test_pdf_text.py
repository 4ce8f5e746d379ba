"""What is looked for in a PDF is found there, whatever letters it has and wherever its lines break."""

from dataclasses import replace

import pytest

from fbads_pipeline.adapters.rendering.pdf_text import pdf_text
from fbads_pipeline.domain.identity.personal_data import squeezed
from fbads_pipeline_tests.adapters.rendering.test_formats import a_report, rendered

NAMES = ("Zélia Prado (SP)", "Sofia d’Ávila \\ Łukasz", "Иван Петров", "zelia@agencia.example")


def test_every_letter_of_the_page_is_read_back():
    comment = " · ".join(f"{one} {'de uma linha que é comprida ' * 3}" for one in NAMES)
    text = pdf_text(rendered("pdf", replace(a_report(), comment=comment)))
    assert text.startswith("Relatório semanal")
    assert [one for one in NAMES if squeezed(one) not in squeezed(text)] == []
    assert squeezed("Zélia Prada") not in squeezed(text)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"PK no PDF"])
def test_what_is_no_report_is_no_text(content):
    with pytest.raises(ValueError, match="no PDF of a report"):
        pdf_text(content)


def test_a_font_that_cannot_be_read_is_not_passed_over():
    content = rendered("pdf", a_report())
    with pytest.raises(ValueError, match="cannot be read"):
        pdf_text(content.replace(b"/ToUnicode", b"/Untold\x20\x20\x20"))
