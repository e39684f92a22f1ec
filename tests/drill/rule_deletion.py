"""Takes each rule out of a rules file in turn and expects the rule tests of that file to notice.

Every name in `by`, `never` and `via` (groups written out first), every field in `needs`, every condition of `when` and
`at_once_if` at any depth, also inside `to`, is taken out once. A field goes from `needs` to `takes`; the last name of a
`by` becomes `reader`, and `reader` becomes `system`; the last condition of a destination becomes one that always holds;
the last element of another list goes with its key, and with `via` goes `at_once_if`; an `any`, `all` or `not` without
an inner condition goes as a whole. Of each such file the check says that it is unsound, so that it serves no case, or
the tests that stand for it in `SUITES` fail.

    .venv/bin/python tests/drill/rule_deletion.py [--of NAME ...] [--list] [--only TEXT]

Exit 1 when a mutation survives or could not be tried.
"""

from __future__ import annotations

import argparse
import copy
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.definition.check import examine  # noqa: E402
from tests.rules.case import RULES_FILE  # noqa: E402


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """A rules file of `workflows/` and the folder of tests that hold it."""

    file: str
    tests: str

    @property
    def name(self) -> str:
        return self.file.removesuffix(".yaml")


SUITES = (
    Suite(file="issue-escalation/v1.yaml", tests="tests/rules_v1"),
    Suite(file="works-project/v1.yaml", tests="tests/rules_works"),
    Suite(file="cooperative/v1.yaml", tests="tests/rules_coop"),
    Suite(file="issue-escalation/v2.yaml", tests="tests/rules_v2"),
)
KEENEST = ("test_rows", "test_who", "test_never")
OF_CONDITIONS = ("test_conditions", "test_redo")
AT_A_TIME = 2
PATIENCE = 120  # seconds for one run of the rule tests
NESTING = ("any", "all")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutation:
    """One rule taken out: what, and the file without it."""

    name: str
    data: bytes


class End(Enum):
    """What became of one file."""

    NOTICED = "noticed"
    SURVIVED = "SURVIVED"
    UNSOUND = "unsound"  #: the check refuses it
    NOT_TRIED = "could not be tried"


GOOD = (End.NOTICED, End.UNSOUND)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What the rule tests said of a file."""

    name: str
    end: End
    said: str


# --- the document --------------------------------------------------------------------------------------------------


def written(document: Any) -> bytes:
    """The document as the loader reads it; `transitions` come last, row by row."""
    head = {key: value for key, value in document.items() if key != "transitions"}
    return _dumped(head) + b"transitions:\n" + b"".join(_dumped([row]) for row in document["transitions"])


def _dumped(value: Any) -> bytes:
    yaml, stream = YAML(typ="rt"), io.BytesIO()
    yaml.width = 10_000
    yaml.dump(value, stream)
    return stream.getvalue()


def _plain(value: Any) -> Any:
    """Without the marks of how it was written."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


def written_out(path: Path) -> Any:
    """The document with every list of rules written as a list, and the groups in them as their names."""
    document = _plain(YAML(typ="rt").load(path.read_bytes()))
    people = document.get("groups", {}).get("people", {})
    for row in document["transitions"]:
        for key in ("by", "never"):
            if key in row:
                row[key] = _names(row[key], people)
        for key in ("via", "needs", "takes", "when", "at_once_if"):
            if key in row:
                row[key] = _listed(row[key])
        for target in _targets(row):
            if "when" in target:
                target["when"] = _listed(target["when"])
    return document


def _names(value: Any, groups: dict[str, Any]) -> list[str]:
    names = (member for name in _listed(value) for member in (_listed(groups[name]) if name in groups else [name]))
    return list(dict.fromkeys(names))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _targets(row: Row) -> list[Row]:
    return row["to"] if isinstance(row["to"], list) else []


# --- taking out ----------------------------------------------------------------------------------------------------


def mutations(document: Any) -> Iterator[Mutation]:
    """Each rule taken out once; two ways to the same file count as one."""
    rows = document["transitions"]
    parts = [written({**document, "transitions": []}), *(_dumped([row]) for row in rows)]
    seen = {b"".join(parts)}
    for index, row in enumerate(rows):
        for what, edit in _edits(row):
            changed = copy.deepcopy(row)
            edit(changed)
            data = b"".join([*parts[: index + 1], _dumped([changed]), *parts[index + 2 :]])
            if data not in seen:
                seen.add(data)
                yield Mutation(
                    name=f"{row.get('ref', '-')} {row['trigger']} from {_short(row['from'])}: {what}", data=data
                )


Edit = Callable[[Row], None]


def _edits(row: Row) -> Iterator[tuple[str, Edit]]:
    for name in row["by"]:
        yield f"by {name}", lambda changed, name=name: _without_actor(changed, name)
    for key in ("never", "via"):
        for name in row.get(key, []):
            yield f"{key} {name}", lambda changed, key=key, name=name: _without(changed, key, name)
    for name in row.get("needs", []):
        yield f"needs {name}", lambda changed, name=name: _only_taken(changed, name)
    for key in ("when", "at_once_if"):
        for what, rest in _fewer(row.get(key, [])):
            yield f"{key} {what}", lambda changed, key=key, rest=rest: _put(changed, key, rest)
    for number, target in enumerate(_targets(row)):
        for what, rest in _fewer(target.get("when", [])):
            yield (
                f"to[{number}].when {what}",
                lambda changed, number=number, rest=rest: _led_there(changed["to"][number], rest),
            )


def _without_actor(row: Row, name: str) -> None:
    rest = [each for each in row["by"] if each != name]
    row["by"] = rest or (["system"] if name == "reader" else ["reader"])


def _without(row: Row, key: str, name: str) -> None:
    _put(row, key, [each for each in row[key] if each != name])
    if key == "via" and "via" not in row:
        row.pop("at_once_if", None)


def _only_taken(row: Row, name: str) -> None:
    _without(row, "needs", name)
    row["takes"] = [*row.get("takes", []), name]


def _led_there(target: Row, rest: list[Any]) -> None:
    """Without its last condition a destination would be the last one, and states behind it out of reach."""
    lost = {"all": target["when"]}
    target["when"] = rest or [{"any": [lost, {"not": copy.deepcopy(lost)}]}]


def _put(holder: Row, key: str, rest: list[Any]) -> None:
    if rest:
        holder[key] = rest
    else:
        del holder[key]


def _fewer(conditions: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The list without one of its conditions, at any depth; empty where none is left."""
    for place, condition in enumerate(conditions):
        before, after = conditions[:place], conditions[place + 1 :]
        yield _short(condition), [*before, *after]
        for what, smaller in _smaller(condition):
            yield what, [*before, smaller, *after]


def _smaller(condition: Row) -> Iterator[tuple[str, Row]]:
    """The condition without one of those inside it. Where that leaves nothing inside, it goes as a whole, which
    `_fewer` does already."""
    for word in NESTING:
        for what, rest in _fewer(_listed(condition[word])) if word in condition else ():
            if rest:
                yield f"{word} > {what}", {**condition, word: rest}
    if "not" in condition:
        for what, smaller in _smaller(condition["not"]):
            yield f"not > {what}", {**condition, "not": smaller}


def _short(value: Any) -> str:
    """On one line, without the words of its refusal."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key}: {_short(each)}" for key, each in value.items() if key != "refuse")
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value)) + "]"
    return str(value)


# --- trying --------------------------------------------------------------------------------------------------------


def unsound(suite: Suite, data: bytes) -> list[str]:
    """Why the file does not load: errors of the loader and the checker."""
    found = examine(data, Path(suite.file).name).findings
    return [f"{each.code.value} {each.en}" for each in found if each.code.is_error]


def tried(suite: Suite, mutation: Mutation) -> Trial:
    """Run the rule tests on this file, until the first that fails."""
    if problems := unsound(suite, mutation.data):
        return Trial(name=mutation.name, end=End.UNSOUND, said="; ".join(problems))
    with tempfile.TemporaryDirectory(prefix="minqing-drill-") as folder:
        file = Path(folder) / Path(suite.file).name
        file.write_bytes(mutation.data)
        end, said = _tested(suite, mutation, file)
    return Trial(name=mutation.name, end=end, said=said)


def _tested(suite: Suite, mutation: Mutation, file: Path) -> tuple[End, str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", f"--confcutdir={suite.tests}", *_tests(suite, mutation)]
    environment = {**os.environ, RULES_FILE: str(file), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    try:
        run = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return End.NOT_TRIED, f"no answer within {PATIENCE} seconds"
    said = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    end = {0: End.SURVIVED, 1: End.NOTICED}.get(run.returncode, End.NOT_TRIED)
    return end, said[0] if said else run.stdout[-500:] + run.stderr[-500:]


def _tests(suite: Suite, mutation: Mutation) -> list[str]:
    """All files of the rule tests; those first that most likely notice: a run ends with the first that fails."""
    keenest = OF_CONDITIONS if re.search(r": (when|at_once_if|to\[)", mutation.name) else KEENEST
    files = sorted((ROOT / suite.tests).glob("test_*.py"))
    files.sort(key=lambda file: next((n for n, stem in enumerate(keenest) if file.stem.startswith(stem)), len(keenest)))
    return [str(file.relative_to(ROOT)) for file in files]


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    ends = [
        _drilled(suite, options) for suite in SUITES if suite.name in (options.of or [each.name for each in SUITES])
    ]
    return 0 if all(ends) else 1


def _drilled(suite: Suite, options: argparse.Namespace) -> bool:
    """Every mutation of this file was noticed; says which were not, and how many there were."""
    started = time.monotonic()
    document = written_out(ROOT / "workflows" / suite.file)
    control = tried(suite, Mutation(name="nothing taken out", data=written(document)))
    if control.end is not End.SURVIVED:
        _say(f"{suite.name}: the rule tests do not pass on the file as it is: {control.said}")
        return False
    chosen = [each for each in mutations(document) if options.only in each.name]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        trials = list(pool.map(lambda mutation: tried(suite, mutation), chosen))
    for trial in trials:
        if options.list or trial.end not in GOOD:
            _say(f"{trial.end.value}: {trial.name}\n    {trial.said}")
    _say(f"{suite.name}: {_sum(trials)}, {time.monotonic() - started:.0f} s")
    return bool(trials or options.only) and all(trial.end in GOOD for trial in trials)


def _sum(trials: list[Trial]) -> str:
    counts = Counter(trial.end for trial in trials)
    survivors = f"{counts[End.SURVIVED]} survivors" if counts[End.SURVIVED] else "no survivors"
    noticed = f"{counts[End.NOTICED]} noticed by the tests, {counts[End.UNSOUND]} refused by the check"
    return f"{len(trials)} mutations, {noticed}, {survivors}"


def _options(arguments: list[str]) -> argparse.Namespace:
    names = [suite.name for suite in SUITES]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--of", action="append", choices=names, metavar="NAME", help=f"of {', '.join(names)}; default: all"
    )
    parser.add_argument("--list", action="store_true", help="show every mutation and the first test that noticed it")
    parser.add_argument("--only", default="", metavar="TEXT", help="only mutations whose name holds this text")
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
