"""Open311 GeoReport v2: other systems read the complaints of the province and file new ones."""
