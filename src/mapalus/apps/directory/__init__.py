"""Who: regions, units, positions, persons, appointments. Rights come from positions, never from persons."""
