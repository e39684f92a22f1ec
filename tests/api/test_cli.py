"""The command line: what it does, and with which exit code it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.commands import serving
from api.import_texts import PROBLEM_TEXTS, WRONG_TEXTS, problem_text, wrong_text
from api.settings import BadSettings, Settings, load_settings
from engine.cases.narrowing import CaseFilter
from engine.people.accounts import AccountService
from engine.people.easy_passwords import is_easy
from engine.people.errors import Wrong
from engine.people.imports import PROBLEM_CODES, ImportService
from engine.people.passwords import PasswordService
from engine.people.setup import SetupService
from engine.store import trust_tables as trust
from engine.store.db import Store
from engine.wiring import migrate, open_database
from tests.databases import copy_initialised
from tests.store.world import World
from tests.unit.definition.files import ROOT

SHOWN = ROOT / "tests" / "unit" / "definition" / "invalid"

UNITS = "code,name,kind,parent\nt1,洋泉镇,township,c\nc,常宁市,county,\n"
PEOPLE = "id,name,phone\nli,李四,10012345678\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def done(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; nothing of the caller's environment."""
    for name in ("DATABASE_URL", "CONFIG", "WORKFLOWS_DIR", "PORT", "HOST"):
        monkeypatch.delenv(f"MINQING_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def database(folder: Path) -> str:
    copy_initialised(folder / ".minqing" / "minqing.db")
    return f"sqlite:///{folder}/.minqing/minqing.db"


def file(folder: Path, text: str) -> Path:
    path = folder / "given.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_init_makes_and_marks_a_database(folder: Path):
    told = json.loads(done("init", "--mark", "demo", "--json"))
    assert (told["mark"], told["home_level"], len(told["administrators"])) == ("demo", "township", 3)
    assert (folder / ".minqing" / "minqing.db").is_file()
    done("init", "--mark", "demo")

    other = run("init")

    assert other.exit_code == 1
    assert "demo" in other.stderr


def test_migrate_alone_sets_nothing_up(folder: Path):
    done("migrate")

    store = open_database(Settings().database_url)
    assert SetupService(store).setup() is None
    assert run("serve").exit_code == 3
    assert run("migrate", "--grant-to", "someone").exit_code == 1


def test_an_import_previews_then_writes_then_finds_nothing_new(database: str, folder: Path):
    units = file(folder, UNITS)

    preview = done("import", "units", units)
    first = json.loads(done("import", "units", units, "--apply", "--json"))
    second = json.loads(done("import", "units", units, "--apply", "--json"))

    assert "+ 2  t1" in preview
    assert "--apply" in preview
    assert (first["added"], first["written"], second["added"], second["unchanged"]) == (2, True, 0, 2)
    assert first["changes"][0] == {"row": 2, "key": "t1", "fields": {}}


def test_a_preview_shows_what_would_change(database: str, folder: Path):
    done("import", "people", file(folder, PEOPLE), "--apply")

    assert "~ 2  li  name: 李四 → 李思" in done("import", "people", file(folder, PEOPLE.replace("李四", "李思")))


def test_a_long_preview_is_cut_short_and_counted(database: str, folder: Path):
    many = "id,name,phone\n" + "".join(f"p{number},某人,\n" for number in range(300))

    shown = done("import", "people", file(folder, many))

    assert shown.count("\n+ ") + shown.startswith("+ ") == 200
    assert "300 added" in shown


def test_problems_are_told_by_row_and_column(database: str, folder: Path):
    broken = file(folder, UNITS + "v 1,,village,t1\n")

    text, told = run("import", "units", broken, "--apply"), run("import", "units", broken, "--json")

    assert (text.exit_code, told.exit_code) == (1, 1)
    assert "! 4:code  编号“v 1”" in text.stdout
    assert "! 4:name  不能为空 / must not be empty" in text.stdout
    assert "nothing written" in text.stdout
    problem = json.loads(told.stdout)["problems"][0]
    assert (problem["row"], problem["column"], problem["code"]) == (4, "code", "bad_code")
    assert problem["en"].startswith("“v 1” is no code")


def test_a_password_is_made_told_once_and_must_be_changed(database: str, folder: Path):
    done("user", "add", "root", "--operator")

    made = done("user", "password", "root").strip()
    passwords = PasswordService(open_database(database))

    assert is_easy(made)
    assert passwords.check("root", made, source="203.0.113.7").must_change
    told = json.loads(done("user", "password", "root", "--keep", "--json"))
    assert (told["login"], told["must_change"]) == ("root", False)
    assert not passwords.check("root", told["password"], source="203.0.113.7").must_change
    with pytest.raises(Wrong, match="sign_in_failed"):
        passwords.check("root", made, source="203.0.113.7")


def test_a_password_may_be_given_and_is_not_repeated(database: str, folder: Path):
    done("user", "add", "root", "--operator")

    told = CliRunner().invoke(app, ["user", "password", "root", "--stdin"], input="café am Teich\r\nmore\n")
    as_json = CliRunner().invoke(app, ["user", "password", "root", "--stdin", "--json"], input="café am Teich")
    weak = CliRunner().invoke(app, ["user", "password", "root", "--stdin"], input="1qaz2wsx\n")
    none = CliRunner().invoke(app, ["user", "password", "root", "--stdin"], input="")
    unknown = run("user", "password", "nobody")

    assert (told.exit_code, told.output) == (0, "已设密码 / set: root\n")
    assert json.loads(as_json.output) == {"login": "root", "must_change": True}
    assert [each.exit_code for each in (weak, none, unknown)] == [1, 1, 1]
    assert "太常见" in weak.stderr
    assert "too common" in weak.stderr
    assert "at least 8" in none.stderr
    assert "nobody" in unknown.stderr
    assert PasswordService(open_database(database)).check("root", "café am Teich", source="203.0.113.7").must_change


def test_accounts_and_tokens(database: str, folder: Path):
    done("import", "people", file(folder, PEOPLE), "--apply")
    done("user", "add", "lisi", "--person", "li")
    done("user", "add", "root", "--operator")

    issued = json.loads(done("token", "add", "lisi", "--label", "phone", "--json"))
    accounts = AccountService(open_database(database))

    assert accounts.who(issued["token"]).person == "li"
    assert issued["id"] in done("token", "list", "lisi")
    assert issued["token"] not in done("token", "list", "lisi", "--json")
    assert "system" in done("user", "list")
    done("token", "revoke", issued["id"])
    assert accounts.who(issued["token"]) is None
    done("user", "end", "lisi")
    assert [user["active"] for user in json.loads(done("user", "list", "--json"))] == [False, True]


def test_what_cannot_be_done_ends_with_1(database: str):
    assert run("user", "add", "lisi", "--person", "nobody").exit_code == 1
    assert run("user", "end", "nobody").exit_code == 1
    assert run("token", "revoke", "nothing").exit_code == 1
    wrong = run("token", "add", "nobody", "--label", "x")
    assert wrong.exit_code == 1
    assert "没有账号“nobody” / there is no account “nobody”" in wrong.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "cases", "given.csv"],
        ["import", "units", "missing.csv"],
        ["init", "--mark", "staging"],
        ["check", "missing.yaml"],
        ["token", "add", "lisi", "--label", "x", "--expires", "2099-01-01T00:00"],
        ["token", "add", "lisi", "--label", "x", "--expires", "tomorrow"],
        ["serve", "--clock", "2026-03-06T08:00:00"],
        ["serve", "--port", "0"],
        ["nonsense"],
    ],
)
def test_wrong_usage_ends_with_2(database: str, arguments: list[str]):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////proc/nowhere/minqing.db",
        "postgresql://nobody@127.0.0.1:1/nothing",
        "no url at all",
        "mysql://x@y/z",
    ],
)
def test_an_environment_that_fails_ends_with_3(folder: Path, monkeypatch: pytest.MonkeyPatch, url: str):
    monkeypatch.setenv("MINQING_DATABASE_URL", url)

    result = run("user", "list")

    assert result.exit_code == 3, result.output
    assert result.stderr.strip()


def test_a_database_that_was_not_migrated_ends_with_3_and_a_hint(folder: Path):
    for command in (["user", "list"], ["serve"]):
        result = run(*command)
        assert result.exit_code == 3
        assert "minqing migrate" in result.stderr


#: What later schemas added to the first one, taken away again.
SINCE = (
    *(f"DROP TABLE {name}" for name in ("outbox", "inbox", "timers", "blocked", "agenda_reports", "meeting_rhythms",
                                            "duty_turns", "passwords", "devices", "sign_in_failures", "sessions")),
    *(f"DROP INDEX {name}" for name in ("ix_cases_home_due", "uq_meetings_home_turn", "uq_meetings_home_number")),
    "ALTER TABLE cases DROP COLUMN due_provisional",
    *(f"ALTER TABLE meetings DROP COLUMN {name}" for name in ("turn", "moved", "year", "number", "delegate",
                                                              "delegated_by", "delegated_at", "delegation")),
    *(f"ALTER TABLE agenda DROP COLUMN {name}" for name in ("added_by", "added_at", "added_reason")),
    "DROP INDEX ix_cases_counted", "ALTER TABLE cases DROP COLUMN calendar_version", "DROP TABLE calendar_versions",
    "DROP TABLE search_grams", "DROP TABLE search_texts", "DROP INDEX ix_cases_opened", "DROP INDEX ix_cases_open",
    *(f"DROP TABLE {name}" for name in ("administrators", "administration", "second_factors", "register_state",
                                        *(table.name for table in trust.FAMILY))),
    "ALTER TABLE tokens DROP COLUMN scope", "ALTER TABLE accounts ADD COLUMN operator BOOLEAN NOT NULL DEFAULT false",
    "DELETE FROM settings WHERE name = 'administrators'", "UPDATE alembic_version SET version_num = '0003'",
)  # fmt: skip
#: What later schemas hold on tables that stay: which statements drop it.
HELD = {
    True: "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN "
    "('accounts', 'settings', 'people', 'units', 'households', 'household_people')",
    False: "SELECT 'DROP FUNCTION ' || proname || ' CASCADE' FROM pg_proc WHERE starts_with(proname, 'minqing_') "
    "AND proname NOT IN ('minqing_append_only', 'minqing_only_emptied')",
}


@pytest.fixture
def before_search(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A township with one case, in a database as the first schema had it."""
    world = World(store)
    world.open()
    with store.begin() as tx:
        for statement in (*tx.exec_driver_sql(HELD[store.is_sqlite]).scalars().all(), *SINCE):
            tx.exec_driver_sql(statement)
    monkeypatch.setenv("MINQING_DATABASE_URL", store.engine.url.render_as_string(hide_password=False))
    return world


def hits(world: World) -> int:
    return len(world.queries.page("zuzhang", CaseFilter(q="排水沟")).cases)


@pytest.mark.parametrize("command", ["migrate", "init --mark test"])
def test_migrating_lets_search_read_the_cases_that_are_there(before_search: World, command: str):
    done(*command.split())

    assert hits(before_search) == 1
    assert json.loads(done("migrate", "--json")) == {"current": True, "granted_to": None, "indexed": 0}


def test_reindexing_reads_every_case_anew(before_search: World):
    assert run("reindex").exit_code == 3
    assert json.loads(done("migrate", "--json"))["indexed"] == 1

    assert json.loads(done("reindex", "--json")) == {"indexed": 1}
    assert hits(before_search) == 1


def test_a_database_of_a_later_release_ends_with_3(postgres_store, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MINQING_DATABASE_URL", postgres_store.url)
    with postgres_store.begin() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    assert run("user", "list").exit_code == 3
    assert run("migrate").exit_code == 3


def test_init_and_import_on_postgresql(postgres_store, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MINQING_DATABASE_URL", postgres_store.url)

    done("init", "--mark", "test")
    done("import", "units", file(folder, UNITS), "--apply")
    done("migrate", "--grant-to", "postgres")

    assert run("migrate", "--grant-to", "no such role").exit_code == 1


def test_a_sound_rules_file_passes(folder: Path):
    rules = Settings().workflows_dir / "issue-escalation" / "v1.yaml"

    assert json.loads(done("check", rules, "--json"))["ok"] is True
    assert "0 errors" in done("check", rules, "--lang", "en")


def test_a_broken_rules_file_ends_with_1(folder: Path):
    rules = folder / "v1.yaml"
    rules.write_text("key: x\nlevels: [\n")

    text, told = run("check", rules), run("check", rules, "--json")

    assert (text.exit_code, told.exit_code) == (1, 1)
    assert f"{rules}:" in text.stdout
    finding = json.loads(told.stdout)["findings"][0]
    assert {"code", "line", "column", "path", "trigger", "zh", "en", "error", "hint", "witness"} == set(finding)


def test_a_finding_is_followed_by_the_way_that_shows_it_and_a_hint(folder: Path):
    rules = SHOWN / "s08_opened_there.yaml"

    told = run("check", rules, "--lang", "en").stdout.splitlines()
    in_chinese = run("check", rules).stdout.splitlines()
    (finding,) = json.loads(run("check", rules, "--json").stdout)["findings"]

    assert "transitions[4] (resume).to: " in told[0]
    assert (finding["path"], finding["trigger"]) == ("transitions[4].to", "resume")
    assert told[1] == "    way: alarm → resume ✗ (in parked)"
    assert told[2].startswith("    hint: add a destination")
    assert in_chinese[1] == "    走法：alarm → resume ✗（在 parked）"
    assert in_chinese[2].startswith("    建议：")
    assert finding["witness"][0] == {"trigger": "alarm", "source": "start", "target": "parked", "level": "village"}
    assert finding["witness"][1] == {"trigger": "resume", "source": "parked", "target": None, "level": None}
    assert finding["hint"]["en"] == told[2].removeprefix("    hint: ")


def test_the_version_that_a_file_replaces_is_looked_for_beside_it(folder: Path):
    new = folder / "v2.yaml"
    new.write_bytes((SHOWN / "s24_open_state_without_counterpart.yaml").read_bytes())
    assert run("check", new).exit_code == 0

    (folder / "v1.yaml").write_bytes((SHOWN / "former" / "v1.yaml").read_bytes())
    told = run("check", new)

    assert told.exit_code == 1
    assert "S24  replaces:" in told.stdout


def test_a_calendar_is_checked_too(folder: Path):
    good = Settings().workflows_dir / "calendars" / "cn.yaml"
    bad = folder / "cn.yaml"
    bad.write_text(good.read_text(encoding="utf-8").replace("worked: 2024-04-07", "worked: 2024-04-08"), "utf-8")

    told = run("check", bad, "--lang", "en")

    assert "0 errors" in done("check", good, "--lang", "en")
    assert json.loads(done("check", good, "--json"))["ok"] is True
    assert told.exit_code == 1
    assert "years[0].holidays[2].worked: 2024-04-08 is a Monday" in told.stdout
    assert run("check", good, "--against", good).exit_code == 2


def test_serve_holds_the_clock_before_it_runs(database: str, monkeypatch: pytest.MonkeyPatch):
    ran: list[Settings] = []
    monkeypatch.setattr(serving, "run", lambda settings, *_: ran.append(settings))

    done("serve", "--port", "8123", "--clock", "2026-03-06T08:00:00+08:00")
    back = run("serve", "--clock", "2026-03-05T08:00:00+08:00")

    assert [settings.port for settings in ran] == [8123]
    assert SetupService(open_database(database)).clock()[1] is True
    assert back.exit_code == 1
    assert "2026-03-06T00:00:00+00:00" in back.stderr


def test_broken_rules_are_not_served(database: str, folder: Path, monkeypatch: pytest.MonkeyPatch):
    rules = folder / "rules" / "broken"
    rules.mkdir(parents=True)
    (rules / "v1.yaml").write_text("key: broken\n")
    monkeypatch.setenv("MINQING_WORKFLOWS_DIR", str(folder / "rules"))

    result = run("serve")

    assert result.exit_code == 3, result.output
    assert "broken/v1.yaml:" in result.stderr


def test_a_production_database_is_not_served_with_a_clock(folder: Path):
    done("init")

    assert run("serve", "--clock", "2026-03-06T08:00:00+08:00").exit_code == 1


def test_settings_come_from_variables_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch):
    config = folder / "minqing.toml"
    config.write_text('port = 9000\nhost = "0.0.0.0"\nmax_body = 5\n')
    monkeypatch.setenv("MINQING_CONFIG", str(config))
    monkeypatch.setenv("MINQING_PORT", "9001")

    settings = load_settings()

    assert (settings.port, settings.host, settings.max_body) == (9001, "0.0.0.0", 5)
    assert settings.database_url == f"sqlite:///{folder}/.minqing/minqing.db"
    assert (settings.workflows_dir / "issue-escalation").is_dir()


@pytest.mark.parametrize("text", ["port = 0", "prot = 1", "port = [", None])
def test_bad_settings_are_named_and_end_with_3(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str | None):
    config = folder / "minqing.toml"
    if text is not None:
        config.write_text(text)
    monkeypatch.setenv("MINQING_CONFIG", str(config))

    with pytest.raises(BadSettings):
        load_settings()
    assert run("user", "list").exit_code == 3


def test_every_code_has_a_text_in_both_languages():
    assert set(PROBLEM_TEXTS) == PROBLEM_CODES
    assert set(WRONG_TEXTS) == Wrong.CODES
    assert all(zh and en and zh != en for zh, en in (*PROBLEM_TEXTS.values(), *WRONG_TEXTS.values()))


def test_every_command_has_help_in_both_languages():
    for command in (
        ["init"],
        ["migrate"],
        ["reindex"],
        ["import"],
        ["check"],
        ["serve"],
        ["user", "add"],
        ["token", "add"],
    ):
        text = done(*command, "--help")
        assert " / " in text
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text)


def test_texts_find_their_facts(folder: Path):
    """The problems of a thoroughly broken file can all be put into words."""
    store = open_database(f"sqlite:///{folder}/t.db")
    migrate(store)
    SetupService(store).init("test")
    rows = "a,,hamlet,b\nb,名,village,c\nc,名,village,b\nd/,\u200b,x,\na,名,village,nowhere"
    outcome = ImportService(store).preview("units", f"code,name,kind,parent\n{rows}\n".encode())

    texts = [problem_text(problem, language) for problem in outcome.problems for language in ("zh", "en")]

    assert len(texts) >= 16
    assert not [text for text in texts if "{" in text]
    assert wrong_text(Wrong("unknown_mark", mark="x", known=("a", "b")), "zh").endswith("可选：a、b")


def test_a_variable_that_sets_nothing_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MINQING_DATABSE_URL", "sqlite:///elsewhere.db")

    with pytest.raises(BadSettings, match="MINQING_DATABSE_URL"):
        load_settings()


def test_the_variables_of_the_tests_set_nothing_and_pass(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MINQING_TEST_POSTGRES_URL", "postgresql://nowhere")
    monkeypatch.setenv("MINQING_SHARED_DATA", "/nowhere")

    assert load_settings().port == 8000


def test_a_new_database_is_its_owners_alone(folder: Path):
    done("init")

    assert (folder / ".minqing" / "minqing.db").stat().st_mode & 0o777 == 0o600


def test_posts_of_a_role_that_no_rules_name_are_told(folder: Path):
    done("init")
    for kind, text in (("units", UNITS), ("people", PEOPLE)):
        (folder / f"{kind}.csv").write_text(text)
        done("import", kind, folder / f"{kind}.csv", "--apply")
    posts = folder / "posts.csv"
    posts.write_text("person,role,unit,body,valid_from,valid_to\nli,village_clark,t1,,2026-01-01,\n")

    assert "no rules name the role “village_clark”" in done("import", "posts", posts)
    assert json.loads(done("import", "posts", posts, "--json"))["unknown_roles"] == ["village_clark"]


def test_rules_that_cannot_be_used_end_a_start_with_their_reason(folder: Path, monkeypatch: pytest.MonkeyPatch):
    done("init", "--mark", "test")
    monkeypatch.setenv("MINQING_WORKFLOWS_DIR", str(folder / "nothing"))

    result = run("serve")

    assert result.exit_code == 3
    assert "no rules here" in result.stderr
