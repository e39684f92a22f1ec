"""`key`: who signs checkpoints here. Public halves alone are ever shown."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.blocked_texts import REASON_TEXTS
from api.commands.ending import Exit, JsonFlag, failed, opened, print_json, told
from api.settings import Settings, load_settings
from engine.audit.keys import KeyService, KnownKey, key_beside
from engine.audit.proofs import LOGS, vkey
from engine.wiring import Store

keys = typer.Typer(no_args_is_help=True)
HomeOption = Annotated[
    list[str] | None,
    typer.Option("--home", help="归属单位的代码，可多次 / code of a home; may be given several times"),
]


def service_of(store: Store, settings: Settings) -> KeyService:
    return KeyService(store, settings.signing_key or key_beside(store))


def prepared(store: Store, settings: Settings) -> bool:
    """A new installation gets its key; where it has no place the operator hears of it. Returns whether it can sign."""
    found = service_of(store, settings)
    if found.prepare():
        typer.echo(f"已生成签名密钥，请另行备份 / signing key made, back it up apart: {found.file}", err=True)
    state = found.state()
    if state is not None:
        zh, en = REASON_TEXTS[f"key_{state}"]
        typer.echo(f"核对点暂不能签名：{zh} / checkpoints are not signed: {en}", err=True)
    return state is None


@keys.command("show")
@told
def show_keys(home: HomeOption = None, as_json: Annotated[bool, JsonFlag] = False) -> None:
    """列出公钥，抄在纸上备查；能否签名。 / The public keys, to be written on paper; and whether the key can sign."""
    settings = load_settings()
    with opened(settings) as store:
        found = service_of(store, settings)
        state, shown = found.state(), [_shown(found, key, found.homes(home)) for key in found.known()]
    if as_json:
        print_json({"signs": state is None, "trouble": state, "keys": shown})
    else:
        for key in shown:
            typer.echo("\n".join([f"# {key['since']}", *key["vkeys"]]))
    if state is not None:
        zh, en = REASON_TEXTS[f"key_{state}"]
        raise failed(zh, en, Exit.NOT_SO)


def _shown(found: KeyService, key: KnownKey, homes: list[str]) -> dict[str, Any]:
    """The key under the name of each log."""
    name = found.name() or ""
    vkeys = [vkey(name, home, log, key) for home in homes for log in LOGS]
    return {"public": key.public.hex(), "since": key.since.isoformat(), "vkeys": vkeys}


@keys.command("new")
@told
def new_key(as_json: Annotated[bool, JsonFlag] = False) -> None:
    """换一把新密钥；旧公钥留存，旧核对点照样可验。 / A new key from now on; the former public keys stay on record."""
    settings = load_settings()
    with opened(settings) as store:
        found = service_of(store, settings)
        key = found.renew()
    if as_json:
        print_json({"public": key.public.hex(), "since": key.since.isoformat(), "file": str(found.file)})
    else:
        typer.echo(
            f"已换新密钥，请另行备份并抄下公钥 / new key, back it up apart and note its public half: {found.file}"
        )
