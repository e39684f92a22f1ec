"""The command line. Exit codes: 0 done, 1 the thing asked about is not so, 2 wrong usage, 3 the environment fails."""

from __future__ import annotations

import typer

from api.commands import (
    accounts,
    auditing,
    backing,
    blocking,
    calendars,
    checking,
    database,
    demoing,
    doctoring,
    drawing,
    duty,
    erasing,
    importing,
    keys,
    offices,
    rhythm,
    schema,
    serving,
    simulating,
    timing,
)

app = typer.Typer(
    name="minqing",
    help="民情：村民反映的问题，由屋场到村、到镇逐级办理。 / minqing: villagers' problems, level by level.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for commands in (
    database.app,
    importing.app,
    checking.app,
    calendars.app,
    drawing.app,
    schema.app,
    serving.app,
    timing.app,
    blocking.app,
    demoing.app,
    erasing.app,
    simulating.app,
    backing.app,
    doctoring.app,
):
    app.add_typer(commands)
app.add_typer(offices.app, name="user", help="账号 / accounts")
app.add_typer(accounts.tokens, name="token", help="令牌 / tokens")
app.add_typer(keys.keys, name="key", help="核对点的签名密钥 / the key that signs checkpoints")
app.add_typer(auditing.audits, name="audit", help="核对历史 / verifying the history")
app.add_typer(duty.rosters, name="duty", help="值班表 / the duty roster")
app.add_typer(rhythm.rhythms, name="rhythm", help="各单位自定的例会日期 / days of meetings that units set")


def main() -> None:
    """The entry of the `minqing` command."""
    app()


if __name__ == "__main__":
    main()
