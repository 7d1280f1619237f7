"""Invoices as structured data (ZUGFeRD, Factur-X, XRechnung; CII and UBL) -> what they say. Runs in a page process."""
