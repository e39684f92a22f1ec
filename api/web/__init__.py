"""The pages: what people see and press. Server-rendered over the same services as the API, working without scripts."""
