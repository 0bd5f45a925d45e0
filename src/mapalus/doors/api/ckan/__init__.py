"""The CKAN Action API, version 3, for reading."""
