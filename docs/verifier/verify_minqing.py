#!/usr/bin/env python3
"""Verify the evidence of a minqing history. 核对民情系统的历史凭据。

    python3 verify_minqing.py EVIDENCE [--checkpoint FILE ...] [--key VKEY ...]

EVIDENCE is what `minqing audit export` wrote. FILE is the text of a checkpoint that was kept elsewhere, for instance
typed or scanned from the minutes of a meeting. VKEY is a verifier key that was written down elsewhere; where any is
given, no key from the evidence counts. Exit code: 0 all holds, 1 something does not, 2 wrong usage.

It needs Python 3.11 and the package `cryptography`, and shares no line with the system that it checks. What it does:

1. Each row of history is hashed again (SHA-256 of its canonical JSON) and must give the hash that stands beside it;
   it must name the hash of the row before it. So within a case nothing was changed, put in or taken out.
2. Where texts were exported, each must fit the commitment in its row. Erased ones cannot be checked, and are counted.
3. The hashes are the leaves of one Merkle tree a log (RFC 9162), in the order of `leaf` lines. The root of the first
   N leaves must be the root in every checkpoint of size N; a checkpoint is signed (Ed25519, C2SP signed note), and
   the last of a log covers all of its leaves.
4. A checkpoint from elsewhere is the judge of all: who owns the machine and its key can rewrite and sign everything
   in it, but not the paper in a drawer. Of rows that came after the last paper nothing is proved but their chains.
"""

import argparse
import base64
import json
import sys
from collections import defaultdict
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def no_float(text):
    raise ValueError(f"a number that is no integer: {text}")


def once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a name stands twice: {[name for name, _ in pairs]}")
    return found


def read_json(text):
    return json.loads(text, object_pairs_hook=once, parse_float=no_float, parse_constant=no_float)


def canonical(value):
    """Sorted keys, no spaces, UTF-8: one value has one form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


class Findings(list):
    """What does not hold, with its place, in both languages."""

    def add(self, place, zh, en):
        self.append(f"{place}: {zh} / {en}")


class Evidence:
    """The lines of the file, sorted by what they are."""

    def __init__(self, path, findings):
        found, promised, digest = defaultdict(list), None, sha256(b"")  # found: kind -> lines
        with open(path, "rb") as file:
            for raw in file:
                digest.update(raw)
                line = read_json(raw)
                if promised is not None:
                    findings.add("end", "结束行之后还有内容", "something comes after the last line")
                if line["kind"] == "end":
                    promised = line["lines"]
                else:
                    found[line["kind"]].append(line)
        self.sha256, self.counted = digest.hexdigest(), {kind: len(lines) for kind, lines in found.items()}
        if promised != self.counted:
            findings.add("end", "行数与结束行不符，文件不完整", "lines are missing or too many: the file is not whole")
        (self.manifest,) = found["manifest"]
        self.keys = [line["vkey"] for line in found["key"]]
        self.checkpoints = [(line["id"], line["text"]) for line in found["checkpoint"]]
        self.cases = {(line["home"], line["id"]): line for line in found["case"]}
        self.payloads = {(line["case_id"], line["seq"]): line for line in found["payload"]}
        self.leaves = defaultdict(list)  # (home, log) -> its leaf lines
        for line in found["leaf"]:
            self.leaves[line["home"], line["log"]].append(line)
        self.rows = defaultdict(list)  # (home, case id) -> its row lines
        for line in found["row"]:
            self.rows[line["row"]["home"], line["row"]["case_id"]].append(line)

    def place(self, home, case_id, seq):
        number = self.cases.get((home, case_id), {}).get("number", "?")
        return f"{home} {number} ({case_id}) row {seq}"


# --- 1 and 2: rows, chains, texts ------------------------------------------------------------------------------------


def check_case(evidence, home, case_id, findings):
    """Returns how many of its texts were held against their commitments, and how many were erased."""
    previous, checked, erased = "0" * 64, 0, 0
    for expected, line in enumerate(evidence.rows[home, case_id], start=1):
        row, place = line["row"], evidence.place(home, case_id, line["row"]["seq"])
        if row["seq"] != expected:
            findings.add(place, f"缺少第 {expected} 行", f"row {expected} is missing")
        if sha256(canonical(row)).hexdigest() != line["hash"]:
            findings.add(place, "内容被改，与哈希不符", "it was changed: its hash is another")
        if row.get("previous") != previous:
            findings.add(place, "与前一行接不上", "it does not hang on the row before it")
        payload = evidence.payloads.get((case_id, row["seq"]))
        if payload is not None and payload["salt"] is None and payload["body"] is None:
            erased += 1
        elif payload is not None:
            checked += 1
            if commitment(payload) != row.get("commitment"):
                findings.add(place, "文字被改，与承诺不符", "its texts were changed: the commitment is another")
        elif evidence.manifest.get("texts"):
            findings.add(place, "文字的记录不在", "the record of its texts is gone")
        previous = line["hash"]
    case, count = evidence.cases.get((home, case_id)), len(evidence.rows[home, case_id])
    if case is None or not count or (case["last_hash"], case["version"]) != (previous, count):
        place = evidence.place(home, case_id, count)
        findings.add(place, "事项的记录与历史末行不符", "the case does not end where its history ends")
    return checked, erased


def commitment(payload):
    """SHA-256 of the salt and the canonical text; None where they cannot be read."""
    try:
        return sha256(bytes.fromhex(payload["salt"]) + canonical(payload["body"] or {})).hexdigest()
    except (TypeError, ValueError):
        return None


# --- 3: the tree -----------------------------------------------------------------------------------------------------


def tree_levels(hashes):
    """Level 0 are the leaf hashes, level h the whole subtrees of 2^h leaves."""
    levels = [[sha256(b"\x00" + each).digest() for each in hashes]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = range(0, len(below) - 1, 2)
        levels.append([sha256(b"\x01" + below[at] + below[at + 1]).digest() for at in pairs])
    return levels


def root_of(levels, size):
    """The root of the first `size` leaves: whole subtrees from large to small, joined from the right."""
    parts, start = [], 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            parts.append(levels[height][start >> height])
            start += 1 << height
    if not parts:
        return sha256(b"").digest()
    root = parts.pop()
    while parts:
        root = sha256(b"\x01" + parts.pop() + root).digest()
    return root


def leaves_in_order(evidence, home, log, findings):
    """The hashes of the rows that the leaves name, as 32 bytes each."""
    hashes, named = [], {}
    for (found_home, case_id), lines in evidence.rows.items():
        if found_home == home:
            named.update({(case_id, line["row"]["seq"]): line["hash"] for line in lines})
    for expected, leaf in enumerate(evidence.leaves[home, log]):
        place = f"{home} {log} leaf {leaf['leaf']}"
        if leaf["leaf"] != expected:
            findings.add(place, f"缺少叶 {expected}，或次序不对", f"leaf {expected} is missing, or twice")
        found = named.pop((leaf["case_id"], leaf["seq"]), None)
        if found is None:
            row = evidence.place(home, leaf["case_id"], leaf["seq"])
            findings.add(place, f"所指的行不在：{row}", f"the row it names is not there: {row}")
        hashes.append(bytes.fromhex(found) if found else bytes(32))
    return hashes


# --- 3 and 4: checkpoints --------------------------------------------------------------------------------------------


def read_vkey(text):
    """`name+id+base64(0x01 and the public key)` -> (name, id, public key)."""
    name, key_id, packed = text.split("+", 2)
    data = base64.b64decode(packed, validate=True)
    if data[:1] != b"\x01" or len(data) != 33:
        raise ValueError("not an Ed25519 verifier key")
    if sha256(name.encode() + b"\n" + data).digest()[:4].hex() != key_id:
        raise ValueError("the id of the verifier key is not its own")
    return name, bytes.fromhex(key_id), data[1:]


def open_checkpoint(text, keys):
    """(origin, size, root) of a signed note; raises ValueError where no known key signed it."""
    text = "\n".join(line.strip() for line in text.strip().splitlines()) + "\n"
    body, _, signatures = text.rpartition("\n\n")
    body += "\n"
    origin, size, root = body.splitlines()[:3]
    for line in signatures.splitlines():
        dash, name, packed = line.split(" ")
        data = base64.b64decode(packed, validate=True)
        for known_name, key_id, public in keys:
            if (dash, name, data[:4]) == ("\u2014", known_name, key_id) and name == origin:
                Ed25519PublicKey.from_public_bytes(public).verify(data[4:], body.encode())
                return origin, int(size), base64.b64decode(root, validate=True)
    raise ValueError("no known key signed it")


def check_log(evidence, home, log, stated, findings):
    """`stated` are (name, from elsewhere, size, root) of the checkpoints of this log. Returns the largest size that a
    checkpoint from elsewhere vouches for."""
    hashes = leaves_in_order(evidence, home, log, findings)
    levels = tree_levels(hashes)
    vouched = {True: 0, False: 0}
    for name, elsewhere, size, root in sorted(stated, key=lambda each: each[2]):
        if size <= len(hashes) and root_of(levels, size) == root:
            vouched[elsewhere] = max(vouched[elsewhere], size)
            continue
        start = vouched[True] if elsewhere else max(vouched.values())
        leaf = evidence.leaves[home, log][start] if start < len(hashes) else None
        first = evidence.place(home, leaf["case_id"], leaf["seq"]) if leaf else "-"
        place = f"{home} {log} leaves {start} to {size - 1}, first {first}"
        findings.add(place, f"与核对点 {name} 不符（现有 {len(hashes)} 叶）",
                     f"they are not those of checkpoint {name} ({len(hashes)} leaves are here)")  # fmt: skip
    signed = max((size for _, elsewhere, size, _ in stated if not elsewhere), default=0)
    if signed < len(hashes):
        place = f"{home} {log} leaves {signed} to {len(hashes) - 1}"
        findings.add(place, "没有核对点，它被拿掉了", "no checkpoint covers them: it was taken out")
    return len(hashes), vouched[True]


def log_of(manifest, origin):
    """(home, log) that the origin of a checkpoint names; None where it is of another installation."""
    prefix = f"minqing-{manifest.get('installation')}/"
    home, _, log = origin.removeprefix(prefix).partition("/")
    return (home, log or "open") if origin.startswith(prefix) else None


def verify(evidence, papers, vkeys, findings):
    keys = [read_vkey(text) for text in vkeys or evidence.keys]
    stated = defaultdict(list)
    given = [(f"#{number}", True, text) for number, text in enumerate(papers, start=1)]
    for name, elsewhere, text in [*given, *((name, False, text) for name, text in evidence.checkpoints)]:
        try:
            origin, size, root = open_checkpoint(text, keys)
        except (ValueError, InvalidSignature) as error:
            findings.add(f"checkpoint {name}", "签名不成立或无法读取", f"its signature does not hold ({error})")
            continue
        where = log_of(evidence.manifest, origin)
        if where is None:
            findings.add(f"checkpoint {name}", "不是这套系统的", f"it is of another installation: {origin}")
        else:
            stated[where].append((name, elsewhere, size, root))
    texts = [
        check_case(evidence, home, case_id, findings) for home, case_id in sorted({**evidence.rows, **evidence.cases})
    ]
    covered = vouched = 0
    for home, log in sorted({*evidence.leaves, *stated}):
        size, sure = check_log(evidence, home, log, stated[home, log], findings)
        covered, vouched = covered + size, vouched + sure
    checked, erased = (sum(each) for each in zip(*texts)) if texts else (0, 0)
    if len(evidence.cases) != evidence.counted.get("case", 0) or checked + erased != evidence.counted.get("payload", 0):
        findings.add("end", "事项或文字重复，或文字没有所属的行", "a case or a text stands twice, or a text has no row")
    told = {"cases": len(evidence.cases), "rows": sum(map(len, evidence.rows.values()))}
    told |= {"covered": covered, "vouched": vouched, "uncovered": told["rows"] - covered}
    return told | {"texts": checked, "erased": erased, "checkpoints": sum(map(len, stated.values()))}


SUMMARY = """SHA-256 {sha256}
事项 {cases}，历史 {rows} 行；树中 {covered} 行，其中他处核对点担保 {vouched} 行；未入树 {uncovered} 行
核对点 {checkpoints} 个；核对文字 {texts}，已删除 {erased}
{cases} cases, {rows} rows; {covered} in trees, {vouched} of them vouched for from elsewhere; {uncovered} in no tree yet
{checkpoints} checkpoints; {texts} texts were checked, {erased} are erased"""


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evidence")
    parser.add_argument("--checkpoint", action="append", default=[], help="a file with the text of one from elsewhere")
    parser.add_argument("--key", action="append", default=[], help="a verifier key from elsewhere")
    asked = parser.parse_args(arguments)
    findings, papers = Findings(), []
    for path in asked.checkpoint:
        with open(path, encoding="utf-8") as file:
            papers.append(file.read())
    try:
        evidence = Evidence(asked.evidence, findings)
        print(SUMMARY.format(sha256=evidence.sha256, **verify(evidence, papers, asked.key, findings)))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        findings.add(asked.evidence, "无法读取", f"it cannot be read ({error!r})")
    for line in findings:
        print(f"!! {line}")
    print("结论：不成立 / verdict: it does not hold" if findings else "结论：成立 / verdict: it holds")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
