"""Pages and URLs, one door per audience. Doors own no tables."""
