"""`diagram`: a rules file as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.commands.checking import Language
from api.commands.ending import Exit, failed, told
from engine.definition.check import examine
from engine.definition.diagram.mermaid import mermaid
from engine.definition.diagram.picture import Picture, picture
from engine.definition.diagram.svg import svg
from engine.definition.model import Workflow

app = typer.Typer()


class Form(StrEnum):
    MERMAID = "mermaid"
    SVG = "svg"


@app.command("diagram")
@told
def draw(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="规则文件（YAML）/ rules file")
    ],
    lang: Annotated[Language, typer.Option(help="图上的语言 / language of the picture")] = Language.ZH,
    form: Annotated[Form, typer.Option("--format", help="图的格式 / form of the picture")] = Form.MERMAID,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", dir_okay=False, help="写入文件，不写则输出 / write to this file")
    ] = None,
) -> None:
    """把规则文件画成图（Mermaid 或 SVG）。 / Draw a rules file as a picture (Mermaid or SVG)."""
    text = drawn(picture(sound(file), lang), form)
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise failed(f"无法写入 {out}", f"cannot write {out}: {error.strerror}", Exit.ENVIRONMENT) from error


def drawn(shown: Picture, form: Form) -> str:
    return svg(shown) if form is Form.SVG else mermaid(shown)


def sound(file: Path) -> Workflow:
    """The workflow of a file in which the loader found no error; ends the command with 1 where there is one."""
    reading = examine(file.read_bytes(), str(file))
    if reading.workflow is not None:
        return reading.workflow
    for finding in reading.findings:
        typer.echo(finding.text("zh"), err=True)
    raise failed(f"规则文件有错，请先运行 minqing check {file}", "mend what is found above first", Exit.NOT_SO)
