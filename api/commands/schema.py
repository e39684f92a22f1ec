"""`schema`: what an editor needs to complete and explain the words of a rules file."""

from __future__ import annotations

import typer

from engine.definition.schema.document import written

app = typer.Typer()


@app.command("schema")
def print_schema() -> None:
    """输出规则文件的 JSON Schema，供编辑器补全和提示。 / Print the JSON Schema of rules files, for editors."""
    typer.echo(written(), nl=False)
