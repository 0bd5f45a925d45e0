"""The words of the Open Data Contract Standard beside ours."""

from __future__ import annotations

__all__ = ["CLASSIFICATIONS", "FREQUENCIES", "LOGICAL", "OPTIONS", "STATUS"]

STATUS = "active"
LOGICAL = {  # Table Schema type -> logicalType, format of its options
    "string": ("string", ""),
    "number": ("number", ""),
    "integer": ("integer", ""),
    "boolean": ("boolean", ""),
    "object": ("object", ""),
    "array": ("array", ""),
    "list": ("array", ""),
    "date": ("date", "yyyy-MM-dd"),
    "datetime": ("date", "yyyy-MM-dd'T'HH:mm:ss"),
    "time": ("string", ""),
    "year": ("integer", ""),
    "yearmonth": ("string", ""),
    "duration": ("string", ""),
    "geopoint": ("string", ""),
    "geojson": ("object", ""),
    "any": ("string", ""),
}
OPTIONS = {  # keys of logicalTypeOptions that are our constraints
    "string": ("minLength", "maxLength", "pattern"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "date": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
CLASSIFICATIONS = {"spesifik": "restricted", "pribadi": "confidential"}
FREQUENCIES = {  # our cadence -> value and unit of slaProperties.frequency
    "harian": (1, "d"),
    "mingguan": (7, "d"),
    "bulanan": (1, "m"),
    "triwulanan": (3, "m"),
    "semesteran": (6, "m"),
    "tahunan": (1, "y"),
}
