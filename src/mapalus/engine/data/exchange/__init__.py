"""Contracts in other people's forms: Frictionless, ODCS, JSON Schema, and the forms of BPS for statistical metadata.

Each form has `write` (a contract to a document) and, where it can hold a contract, `read` (a document to a contract).
What a form cannot carry is never dropped in silence: `Written.lost` names it.
"""
