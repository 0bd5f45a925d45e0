"""The verbs `check` and `infer`: they need no province, no database and no network."""
