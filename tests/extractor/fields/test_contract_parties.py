"""The parties of contracts that name them in a sentence, in several languages."""

from __future__ import annotations

import textwrap

import pytest

from extractor.fields.parties import contract_rows
from tests.extractor.fields.documents import Sheet, drawn

FRENCH = [("Durand SARL", "12 rue Haute\n69001 Lyon"), ("Paul Petit", "4 quai Sud\n33000 Bordeaux")]
SPANISH = [("Obras Sol, S.L.", "Calle Mayor 3\n28013 Madrid"), ("Juan Pérez", "Avda. Puerto 20\n46023 Valencia")]
DUTCH = [("Bakker B.V.", "Dorpsstraat 5\n3511 LX Utrecht"), ("P. Jansen", "Havenweg 2\n3011 AB Rotterdam")]


def _parties(text: str) -> list[tuple[object, object]]:
    sheet = Sheet().text(50, 90, "\n".join(textwrap.wrap(text, 85)))
    return [(row["party.name"].value, row["party.address"].value) for row in contract_rows(drawn(sheet))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Entre la société Durand SARL, 12 rue Haute, 69001 Lyon, et Monsieur Paul Petit, 4 quai Sud, "
            "33000 Bordeaux, il est convenu ce qui suit.",
            FRENCH,
        ),
        (
            "ENTRE LES SOUSSIGNÉS : La société Durand SARL, dont le siège social est situé 12 rue Haute, 69001 Lyon, "
            "d'une part, et Monsieur Paul Petit, demeurant 4 quai Sud, 33000 Bordeaux, d'autre part,",
            FRENCH,
        ),
        (
            "De una parte, Obras Sol, S.L., con domicilio social en Calle Mayor 3, 28013 Madrid, y de otra parte, "
            "D. Juan Pérez, con domicilio en Avda. Puerto 20, 46023 Valencia.",
            SPANISH,
        ),
        (
            "tussen: Bakker B.V., statutair gevestigd te Utrecht, Dorpsstraat 5, 3511 LX Utrecht, hierna "
            "opdrachtgever, en: de heer P. Jansen, wonende te Havenweg 2, 3011 AB Rotterdam.",
            DUTCH,
        ),
    ],
)
def test_a_sentence_says_where_its_parties_live(text: str, said: list[tuple[object, object]]) -> None:
    """Words before a name or an address are none of it; the sentence may end with the address."""
    assert _parties(text) == said


def test_a_name_may_begin_as_a_salutation_does() -> None:
    """Don in Donau is none, and `one side` without the other makes no contract."""
    text = "Between Donau Ltd, 4 Mill Road, Leeds LS1 4AB, and Masons Ltd, 7 Park Road, Leeds LS9 8AG."
    assert [name for name, _ in _parties(text)] == ["Donau Ltd", "Masons Ltd"]
    assert _parties("De una parte, Obras Sol, S.L., con domicilio en Calle Mayor 3, 28013 Madrid, paga.") == []
