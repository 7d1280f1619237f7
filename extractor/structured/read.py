"""The bytes of an XML file -> the structured invoice that it is. Runs in a page process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from . import cii, ubl
from .invoice import StructuredInvoice
from .normal import day, decimal, identifier
from .tree import NotReadable, name_of, root_of

__all__ = ["NoInvoice", "NotReadable", "as_text", "read_invoice"]


class NoInvoice(Exception):
    """The XML is sound, and not an invoice of a kind that is read; the message is a name for it."""


def read_invoice(content: bytes) -> StructuredInvoice:
    """What the invoice says, by concept, from the bytes of an XML file.

    Raises `NotReadable` for XML that is broken or over the bounds, and `NoInvoice` for other XML.
    """
    root = root_of(content)
    name = name_of(root)
    if name in cii.ROOTS:
        invoice = cii.read_cii(root)
    elif name in ubl.ROOTS and etree.QName(root).namespace in ubl.NAMESPACES:
        invoice = ubl.read_ubl(root)
    else:
        raise NoInvoice("an XML text that is no invoice (CII or UBL)")
    return replace(invoice, others=tuple(_others(root, invoice)))


def as_text(content: bytes) -> str:
    """The XML as a text, whatever its encoding. Raises `NotReadable` for XML that is broken or over the bounds."""
    return str(etree.tostring(root_of(content), encoding="unicode"))


def _others(root: Any, invoice: StructuredInvoice) -> Iterator[tuple[str, str]]:
    """The texts that are no value of the invoice, whatever form the value has there."""
    rows = (row.values() for rows in invoice.rows.values() for row in rows)
    said = {part for values in (invoice.single.values(), *rows) for value in values for part in value.split("\n")}
    for element in root.iter():
        text = " ".join((element.text or "").split())
        if not text or not isinstance(element.tag, str):
            continue
        forms = (text, day(text), decimal(text), decimal(text, money=True), identifier(text))
        if not said.intersection(forms) and not any(text in one.split(" ") for one in said):
            parent = element.getparent()
            before = "" if parent is None else f"{name_of(parent)}/"
            yield before + name_of(element), text
