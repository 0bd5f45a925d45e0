"""Nasty files with the answers that a careful person would give: the house's own corpus."""
