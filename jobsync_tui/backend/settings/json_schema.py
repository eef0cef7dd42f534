"""The JSON schema of the configuration, for editors: made from the very models that read it."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from .schema import Settings


def json_schema() -> dict[str, Any]:
    """Return the schema of the file: what it accepts, with the keys' names, types and simple defaults."""
    schema = Settings.model_json_schema(schema_generator=_Generator)
    # What the reader knows of the file itself, and a name that may be left out for the id.
    del schema["properties"]["path"], schema["required"]
    schema["$defs"]["IntegrationSettings"]["required"].remove("name")
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "The configuration of jobsync"}


class _Generator(GenerateJsonSchema):
    """Names simple defaults only: a whole table of them says nothing that the keys in it do not say."""

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        default = schema.get("default")
        if isinstance(default, str | int) and schema["schema"]["type"] != "enum":
            return super().default_schema(schema)
        return self.generate_inner(schema["schema"])
