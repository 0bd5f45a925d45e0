"""The province's own API, with OpenAPI 3.1 at `/api/v1/openapi.json`."""
