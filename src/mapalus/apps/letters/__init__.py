"""Letters that acts of cases set off: numbered without a gap per unit and year, kept as PDF with the case."""
