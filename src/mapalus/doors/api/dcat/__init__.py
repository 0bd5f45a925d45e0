"""The catalogue as DCAT-AP 3: one graph, written as Turtle, JSON-LD, RDF/XML or N3."""
