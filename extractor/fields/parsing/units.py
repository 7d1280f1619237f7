"""Units of quantities, as they are printed. In page processes."""

from __future__ import annotations

_PRINTED = """
stk stck stück stueck st pcs pc pce piece pieces unit units unit(s) un ud uds unidad unidades unité unités u pz pezzi
pezzo nr stuk stuks szt sztuka sztuki peça peças item items ea each paar pair pairs par set sets satz lot
pack packs packung pkg pkt paket pck vpe box boxes karton ktn carton cartons ctn kiste kasten flasche fl bottle bottles
dose dosen can cans beutel bag bags rolle rollen roll rolls rouleau palette pal dozen dz doz blatt
kg g gr mg t to tonne tonnen ton lb lbs oz l lt ltr liter litre litres liter(s) litri ml cl hl
m cm mm km lfm lfdm ft yd m2 m² qm sqm m3 m³ cbm kwh mwh wh kw gb tb mb
h hr hrs hour hours std stunde stunden hur heure heures ora ore hora horas uur uren godz min minute minutes minuten
tag tage day days jour jours giorno giorni día días dia dias dag dagen dni d
woche wochen week weeks monat monate month months mois mese mesi mes meses maand maanden mies mo jahr jahre year years
an ans anno anni año años ano anos jaar rok psch pauschal pausch forfait license licenses lizenz lizenzen user users
c62 h87 kgm ltr mtr mtk day mon ann xpp hur lh
"""
UNITS = frozenset(_PRINTED.split())


def unit_key(printed: str) -> str:
    """The unit as `UNITS` has it: small letters, no full stop."""
    return printed.rstrip(".").casefold()
