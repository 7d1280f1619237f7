"""How documents of eight languages call what they say, and write numbers and dates."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Language:
    """A language's way to write: decimal mark, mark of thousands, forms of dates, months, currency and its place, and
    what things are called, one or more ways each."""

    decimal: str
    group: str
    dates: tuple[str, ...]
    months: tuple[str, ...]
    currency: str
    sign: str
    sign_first: bool
    rates: tuple[Decimal, ...]
    words: Words

    def money(self, amount: Decimal) -> str:
        """`1.234,50`, without a currency."""
        whole, cents = f"{abs(amount):,.2f}".split(".")
        return ("-" if amount < 0 else "") + whole.replace(",", self.group) + self.decimal + cents

    def priced(self, amount: Decimal, sign: str) -> str:
        """An amount with a sign or a code of its currency at its place."""
        return f"{sign}{self.money(amount)}" if self.sign_first and len(sign) == 1 else f"{self.money(amount)} {sign}"

    def number(self, value: Decimal) -> str:
        """A quantity: as many decimals as it has."""
        return f"{value.normalize():f}".replace(".", self.decimal)

    def date(self, day: datetime.date, form: int) -> str:
        """A day, in one of the language's forms."""
        pattern = self.dates[form % len(self.dates)]
        return day.strftime(pattern.replace("MONTH", self.months[day.month - 1]))


def _words(**ways: str) -> Words:
    """`name="one|other"` -> the ways to say each."""
    return {name: tuple(text.split("|")) for name, text in ways.items()}


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        ".", ",", ("%d %b %Y", "%d/%m/%Y", "%d MONTH %Y", "%Y-%m-%d"),
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
         "December"),
        "GBP", "£", True, (Decimal(20), Decimal(5)),
        _words(
            title="Invoice|Tax Invoice|INVOICE", number="Invoice number|Invoice no.|Invoice #", date="Invoice date|Date|Date of issue",
            delivery="Delivery date|Date of supply", due="Due date|Payment due|Please pay by", order="Purchase order|Your order no.|PO number",
            customer="Customer no.|Account number|Customer ID", bill_to="Bill to|Billed to|Invoice to", seller="From|Seller|Supplier",
            vat="VAT no.|VAT reg. no.|VAT ID", phone="Tel.|Phone", position="#|Pos.|Item", code="Code|Item no.", description="Description|Details|Item description",
            quantity="Qty|Quantity", unit="Unit", unit_price="Unit price|Price|Rate", tax_rate="VAT %|VAT", amount="Amount|Line total|Net amount",
            net="Subtotal|Net total|Total excl. VAT", tax="VAT|VAT total", tax_of="VAT {rate}%|VAT @ {rate}%", total="Total|Invoice total|Total incl. VAT",
            due_amount="Amount due|Balance due|Total due", paid="Paid|Deposit paid", base="Net|Taxable amount", units="pcs|hrs|kg|each",
            goods="Printer paper A4|Annual maintenance|Steel brackets 40 mm|Site inspection|USB-C docking station|Garden hose 25 m|Translation service|Oak table top|Cleaning, March|Copper wire 2.5 mm²",
            more="delivered on site|serial no. 88-1172|incl. installation", thanks="Thank you for your business.|Goods remain our property until paid in full.",
            pay="Please transfer {amount} to the account below by {due}.", page="Page", cashier="Cashier|Served by", card="VISA DEBIT|CASH", change="Change", receipt="Receipt no.|Receipt|Trans. no.", time="Time"),
    ),
    "de": Language(
        ",", ".", ("%d.%m.%Y", "%d. MONTH %Y", "%d.%m.%y"),
        ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
        "EUR", "€", False, (Decimal(19), Decimal(7)),
        _words(
            title="Rechnung|RECHNUNG", number="Rechnungsnummer|Rechnungs-Nr.|Rechnung Nr.", date="Rechnungsdatum|Datum|Belegdatum",
            delivery="Lieferdatum|Leistungsdatum", due="Fällig am|Zahlbar bis|Fälligkeitsdatum", order="Bestellnummer|Ihre Bestellung|Auftragsnummer",
            customer="Kundennummer|Kunden-Nr.", bill_to="Rechnungsempfänger|Rechnungsadresse|Kunde", seller="Verkäufer|Absender|Lieferant",
            vat="USt-IdNr.|USt-ID|Umsatzsteuer-ID", phone="Tel.|Telefon", position="Pos.|Nr.", code="Art.-Nr.|Artikel", description="Bezeichnung|Beschreibung|Leistung",
            quantity="Menge|Anzahl", unit="Einheit|ME", unit_price="Einzelpreis|Preis|E-Preis", tax_rate="USt. %|MwSt.", amount="Gesamt|Betrag|Gesamtpreis",
            net="Nettobetrag|Zwischensumme|Summe netto", tax="Umsatzsteuer|MwSt.", tax_of="USt. {rate} %|zzgl. {rate}% MwSt.", total="Gesamtbetrag|Rechnungsbetrag|Bruttobetrag",
            due_amount="Zahlbetrag|Zu zahlen|Offener Betrag", paid="Anzahlung|Bereits bezahlt", base="Netto|Bemessungsgrundlage", units="Stk|Std|kg|Pkg",
            goods="Druckerpapier A4|Wartung jährlich|Winkel aus Stahl 40 mm|Begehung vor Ort|Dockingstation USB-C|Gartenschlauch 25 m|Übersetzung|Tischplatte Eiche|Reinigung März|Kupferdraht 2,5 mm²",
            more="frei Baustelle|Seriennummer 88-1172|inkl. Montage", thanks="Vielen Dank für Ihren Auftrag.|Die Ware bleibt bis zur Bezahlung unser Eigentum.",
            pay="Bitte überweisen Sie {amount} bis zum {due} auf das unten genannte Konto.", page="Seite", cashier="Kasse|Es bediente Sie", card="EC-KARTE|BAR", change="Rückgeld", receipt="Bon-Nr.|Beleg-Nr.|Belegnummer", time="Uhrzeit"),
    ),
    "fr": Language(
        ",", " ", ("%d/%m/%Y", "%d MONTH %Y"),
        ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
        "EUR", "€", False, (Decimal(20), Decimal("5.5")),
        _words(
            title="Facture|FACTURE", number="Facture n°|Numéro de facture|N° de facture", date="Date de facture|Date|Date d'émission",
            delivery="Date de livraison|Date de prestation", due="Date d'échéance|Échéance|À régler avant le", order="N° de commande|Votre commande|Bon de commande",
            customer="N° client|Code client", bill_to="Facturé à|Client|Adresse de facturation", seller="Vendeur|Émetteur|Fournisseur",
            vat="N° TVA|TVA intracommunautaire|N° TVA intracom.", phone="Tél.|Téléphone", position="N°|Pos.", code="Réf.|Référence", description="Désignation|Description|Libellé",
            quantity="Qté|Quantité", unit="Unité", unit_price="Prix unitaire|PU HT|Prix unit. HT", tax_rate="TVA %|TVA", amount="Montant HT|Total HT|Montant",
            net="Total HT|Montant HT|Sous-total HT", tax="Total TVA|Montant TVA", tax_of="TVA {rate} %|TVA à {rate}%", total="Total TTC|Montant TTC",
            due_amount="Net à payer|Reste à payer|Montant dû", paid="Acompte versé|Déjà réglé", base="Base HT|Montant HT", units="pce|h|kg|lot",
            goods="Papier imprimante A4|Maintenance annuelle|Équerres acier 40 mm|Visite de chantier|Station d'accueil USB-C|Tuyau d'arrosage 25 m|Traduction|Plateau en chêne|Nettoyage mars|Fil de cuivre 2,5 mm²",
            more="livré sur site|n° de série 88-1172|pose comprise", thanks="Merci de votre confiance.|Pas d'escompte pour paiement anticipé.",
            pay="Merci de virer {amount} sur le compte ci-dessous avant le {due}.", page="Page", cashier="Caissier|Servi par", card="CB|ESPECES", change="Rendu", receipt="Ticket n°|N° ticket", time="Heure"),
    ),
    "es": Language(
        ",", ".", ("%d/%m/%Y", "%d de MONTH de %Y", "%d-%m-%Y"),
        ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        "EUR", "€", False, (Decimal(21), Decimal(10)),
        _words(
            title="Factura|FACTURA", number="Factura n.º|Número de factura|Nº factura", date="Fecha de factura|Fecha|Fecha de emisión",
            delivery="Fecha de entrega", due="Fecha de vencimiento|Vencimiento", order="Nº de pedido|Su pedido|Pedido",
            customer="Nº de cliente|Código de cliente", bill_to="Facturar a|Cliente|Datos del cliente", seller="Emisor|Vendedor|Proveedor",
            vat="NIF-IVA|CIF|NIF", phone="Tel.|Teléfono", position="Nº|Pos.", code="Ref.|Código", description="Descripción|Concepto",
            quantity="Cantidad|Cant.", unit="Unidad|Ud.", unit_price="Precio unitario|Precio", tax_rate="IVA %|IVA", amount="Importe|Total",
            net="Base imponible|Subtotal|Total neto", tax="Total IVA|Cuota IVA", tax_of="IVA {rate}%|IVA {rate} %", total="Total factura|Importe total|TOTAL",
            due_amount="Total a pagar|Importe pendiente|A pagar", paid="Anticipo|Pagado", base="Base|Base imponible", units="ud|h|kg|caja",
            goods="Papel impresora A4|Mantenimiento anual|Escuadras de acero 40 mm|Visita de obra|Base USB-C|Manguera 25 m|Traducción|Tablero de roble|Limpieza marzo|Hilo de cobre 2,5 mm²",
            more="entregado en obra|n.º de serie 88-1172|instalación incluida", thanks="Gracias por su confianza.|Conserve esta factura.",
            pay="Rogamos transfieran {amount} a la cuenta indicada antes del {due}.", page="Página", cashier="Cajero|Le atendió", card="TARJETA|EFECTIVO", change="Cambio", receipt="Ticket nº|Nº de ticket", time="Hora"),
    ),
    "it": Language(
        ",", ".", ("%d/%m/%Y", "%d MONTH %Y"),
        ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
        "EUR", "€", False, (Decimal(22), Decimal(10)),
        _words(
            title="Fattura|FATTURA", number="Fattura n.|Numero fattura|Numero documento", date="Data fattura|Data|Data documento",
            delivery="Data consegna", due="Scadenza|Data scadenza|Da pagare entro il", order="Ordine n.|Vs. ordine|Numero ordine",
            customer="Codice cliente|Cod. cliente", bill_to="Spett.le|Cliente|Destinatario", seller="Cedente|Fornitore|Mittente",
            vat="P. IVA|Partita IVA|P.IVA", phone="Tel.|Telefono", position="N.|Pos.", code="Codice|Cod.", description="Descrizione",
            quantity="Quantità|Q.tà", unit="U.M.|Unità", unit_price="Prezzo unitario|Prezzo|Prezzo unit.", tax_rate="IVA %|IVA", amount="Importo|Totale",
            net="Imponibile|Totale imponibile|Subtotale", tax="Totale IVA|Imposta", tax_of="IVA {rate}%|IVA {rate} %", total="Totale fattura|Totale documento|TOTALE",
            due_amount="Totale da pagare|Netto a pagare|Saldo dovuto", paid="Acconto|Già pagato", base="Imponibile", units="pz|ore|kg|conf",
            goods="Carta per stampante A4|Manutenzione annuale|Staffe in acciaio 40 mm|Sopralluogo|Base USB-C|Tubo da giardino 25 m|Traduzione|Piano in rovere|Pulizia marzo|Filo di rame 2,5 mm²",
            more="reso a destino|matricola 88-1172|montaggio incluso", thanks="Grazie per la fiducia.|Contributo ambientale assolto.",
            pay="Si prega di versare {amount} sul conto indicato entro il {due}.", page="Pagina", cashier="Cassa|Operatore", card="BANCOMAT|CONTANTI", change="Resto", receipt="Scontrino n.|Doc. n.", time="Ora"),
    ),
    "nl": Language(
        ",", ".", ("%d-%m-%Y", "%d MONTH %Y", "%d/%m/%Y"),
        ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"),
        "EUR", "€", True, (Decimal(21), Decimal(9)),
        _words(
            title="Factuur|FACTUUR", number="Factuurnummer|Factuurnr.", date="Factuurdatum|Datum",
            delivery="Leverdatum|Leveringsdatum", due="Vervaldatum|Te betalen voor|Uiterste betaaldatum", order="Ordernummer|Uw bestelling|Bestelnummer",
            customer="Klantnummer|Debiteurnummer", bill_to="Factuur aan|Factuuradres|Klant", seller="Leverancier|Afzender|Verkoper",
            vat="Btw-nummer|BTW nr.|Btw-id", phone="Tel.|Telefoon", position="Nr.|Pos.", code="Artikelnr.|Artikel", description="Omschrijving|Beschrijving",
            quantity="Aantal", unit="Eenheid", unit_price="Prijs per stuk|Prijs|Stukprijs", tax_rate="Btw %|Btw", amount="Bedrag|Totaal",
            net="Subtotaal|Totaal excl. btw", tax="Btw|Totaal btw", tax_of="Btw {rate}%|{rate}% btw", total="Totaal|Totaal incl. btw|Factuurbedrag",
            due_amount="Te betalen|Openstaand bedrag|Nog te betalen", paid="Aanbetaling|Reeds betaald", base="Over|Grondslag", units="st|uur|kg|doos",
            goods="Printerpapier A4|Jaarlijks onderhoud|Stalen hoeken 40 mm|Inspectie ter plaatse|USB-C dockingstation|Tuinslang 25 m|Vertaling|Eiken tafelblad|Schoonmaak maart|Koperdraad 2,5 mm²",
            more="franco werk|serienummer 88-1172|incl. montage", thanks="Bedankt voor uw bestelling.|Goederen blijven ons eigendom tot betaling.",
            pay="Gelieve {amount} voor {due} over te maken op onderstaande rekening.", page="Pagina", cashier="Kassa|Geholpen door", card="PIN|CONTANT", change="Wisselgeld", receipt="Bonnr.|Bon", time="Tijd"),
    ),
    "pt": Language(
        ",", ".", ("%d/%m/%Y", "%d de MONTH de %Y", "%d-%m-%Y"),
        ("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
        "EUR", "€", False, (Decimal(23), Decimal(6)),
        _words(
            title="Fatura|FATURA", number="Fatura n.º|Número da fatura|N.º da fatura", date="Data da fatura|Data|Data de emissão",
            delivery="Data de entrega", due="Data de vencimento|Vencimento|Pagar até", order="N.º de encomenda|Encomenda|V/ encomenda",
            customer="N.º de cliente|Código do cliente", bill_to="Faturar a|Cliente|Exmo. Sr.", seller="Emitente|Vendedor|Fornecedor",
            vat="NIF|N.º contribuinte|NIPC", phone="Tel.|Telefone", position="N.º|Pos.", code="Ref.|Código", description="Descrição|Designação",
            quantity="Quantidade|Qtd.", unit="Unidade|Un.", unit_price="Preço unitário|Preço unit.|Preço", tax_rate="IVA %|Taxa IVA", amount="Valor|Total",
            net="Subtotal|Total ilíquido|Base tributável", tax="Total IVA|Valor do IVA", tax_of="IVA {rate}%|IVA ({rate}%)", total="Total da fatura|Total|Total com IVA",
            due_amount="Total a pagar|Valor em dívida|A pagar", paid="Adiantamento|Já pago", base="Incidência|Base", units="un|h|kg|cx",
            goods="Papel para impressora A4|Manutenção anual|Esquadros de aço 40 mm|Visita à obra|Base USB-C|Mangueira 25 m|Tradução|Tampo em carvalho|Limpeza março|Fio de cobre 2,5 mm²",
            more="entregue em obra|n.º de série 88-1172|com montagem", thanks="Obrigado pela preferência.|Processado por computador.",
            pay="Agradecemos a transferência de {amount} para a conta indicada até {due}.", page="Página", cashier="Operador|Caixa", card="MULTIBANCO|NUMERARIO", change="Troco", receipt="Talão n.º|Recibo n.º", time="Hora"),
    ),
    "pl": Language(
        ",", " ", ("%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y"),
        ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "wrzesnia", "października", "listopada", "grudnia"),
        "PLN", "zł", False, (Decimal(23), Decimal(8)),
        # Letters that the font has.
        _words(
            title="Faktura VAT|FAKTURA|Faktura", number="Faktura nr|Numer faktury|Nr faktury", date="Data wystawienia|Data faktury",
            delivery="Data dostawy|Data wykonania", due="Termin zapłaty|Do zapłaty do", order="Nr zamówienia|Zamówienie",
            customer="Nr klienta|Kod klienta", bill_to="Nabywca|Odbiorca", seller="Sprzedawca|Wystawca",
            vat="NIP|VAT UE", phone="Tel.|Telefon", position="Lp.|Nr", code="Kod|Indeks", description="Nazwa towaru|Opis|Nazwa",
            quantity="Liczba|Il.", unit="J.m.", unit_price="Cena netto|Cena jedn.|Cena", tax_rate="VAT %|Stawka VAT", amount="Kwota netto|Kwota",
            net="Razem netto|Suma netto", tax="Kwota VAT|Razem VAT", tax_of="VAT {rate}%|VAT {rate} %", total="Razem brutto|Suma brutto|Kwota brutto",
            due_amount="Do zapłaty|Pozostało do zapłaty", paid="Zaliczka|Zapłacono", base="Netto|Podstawa", units="szt|godz|kg|opak",
            goods="Papier do drukarki A4|Serwis roczny|Stalowe uchwyty 40 mm|Wizyta na budowie|Stacja USB-C|Szlauch ogrodowy 25 m|Usługa tłumacza|Blat z drewna|Mycie okien, marzec|Drut miedziany 2,5 mm²",
            more="dostawa na plac|numer 88-1172|z montowaniem", thanks="Prosimy o kontakt.|Towar zostaje naszym do chwili zapłaty.",
            pay="Prosimy o przelew {amount} na konto podane poniżej do {due}.", page="Strona", cashier="Kasjer|Kasa", card="KARTA|GOTÓWKA", change="Reszta", receipt="Nr paragonu|Paragon nr", time="Godz."),
    ),
}  # fmt: skip
