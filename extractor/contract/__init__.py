"""The contract's answers as types: for OpenAPI, the JSON schemas and the tests. No answer waits for them. In the
worker."""
