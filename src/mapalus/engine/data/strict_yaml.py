"""Where the data engine finds strict YAML; it lives in `engine/strict_yaml`."""

from __future__ import annotations

from mapalus.engine.strict_yaml import YamlProblem, dump_yaml, load_yaml

__all__ = ["YamlProblem", "dump_yaml", "load_yaml"]
