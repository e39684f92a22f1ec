"""Workflows that load and are unsound, each in one way."""

from __future__ import annotations

from dataclasses import dataclass

from tests.soundness.writing import written


@dataclass(frozen=True)
class Unsound:
    code: str
    name: str
    text: str


_TWO = "working: {T, level: village}; done: {T, final: true}"
_WAIT = "working: {T, level: village}; waiting: {T, level: village}; done: {T, final: true}"
_UP = "working: {T, level: village}; raised: {T, level: town}; done: {T, final: true}"
_AGAIN = "working: {T, level: village, handling: true}; done: {T, final: true}"
_GATE = "working: {T, level: village, gate: weekly}; done: {T, final: true}"
_WEEKLY = "weekly: {T, level: village, members: head, chair: head, quorum: 50%MORE}"
_GIST = "gist: {T, type: text, max_length: 20}"
_SIZE = _GIST + "; size: {T, type: choice, choices: {small: {zh: 小, en: S}, big: {zh: 大, en: B}}}"
_FLAG = _GIST + "; ok: {T, type: flag}"
_HANDLE = "handle: {T, per: case, limits: 3 natural days, steps: {at: 100%, fire: hurry}}"
_EACH = "working: {T, level: village, runs: each}; waiting: {T, level: village, runs: each}; done: {T, final: true}"
_RUNS = "working: {T, level: village, runs: handle}; done: {T, final: true}"

UNSOUND = tuple(
    Unsound(code, name, text)
    for code, name, text in (
        # --- reached by nobody ---
        ("S02", "no row leads there", written(
            "report start working", "finish working done", states=f"{_TWO}; lost: {{T, level: village}}")),
        ("S02", "only back could lead there", written(
            "report start working", "wait working waiting", "resume waiting back", "finish working done",
            "end lost done", states=f"{_WAIT}; lost: {{T, level: village}}",
            counters="parkings: {T, of: wait, per: case}").replace(
                "from: working, to: waiting", "from: working, when: {counter: parkings, at_most: 1}, to: waiting")),
        ("S02", "only itself leads there", written(
            "report start working", "finish working done", "turn lost lost", "finish lost done",
            states=f"{_TWO}; lost: {{T, level: village}}")),
        # --- no end from there ---
        ("S03", "a trap", written(
            "report start working", "finish working done", "fall working waiting", "note waiting same", states=_WAIT)),
        ("S03", "a trap behind a count", written(
            "report start working", "note working same | takes: gist", "finish working done",
            "fall working waiting | when: {counter: notes, at_least: 3}", states=_WAIT,
            counters="notes: {T, of: note, per: case}")),
        ("S03", "a trap for what came up", written(
            "report start working", "finish [working,raised] done", "lift working raised", "put_down raised aside",
            "finish aside [{when: {level: village}, to: done}, {to: same}]", "shelve working aside",
            states=f"{_UP}; aside: {{T}}")),
        # --- final states ---
        ("S04", "a final state is left", written(
            "report start working", "finish working done", "again done working", states=_TWO)),
        ("S04", "reopens leaves nothing", written(
            "report start working", "finish working done", "note working same | reopens: true", states=_TWO)),
        ("S05", "a trigger twice", written(
            "report start working", "finish working done", "wait working waiting", "finish waiting done",
            "finish waiting same | takes: gist", states=_WAIT)),
        # --- meetings ---
        ("S06", "via a meeting at another gate", written(
            "report start working", "decide working done | via: weekly", "wait working waiting",
            "decide waiting done | via: weekly", "drop waiting done", states=_WAIT.replace(
                "working: {T, level: village}", "working: {T, level: village, gate: weekly}"),
            meetings=_WEEKLY.replace("MORE", ""))),
        ("S06", "a gate without the level of its meeting", written(
            "report start working", "decide working done | via: weekly", "drop raised done", "lift working raised",
            "decide raised done | via: weekly",
            states=_UP.replace("town}", "town, gate: weekly}").replace("village}", "village, gate: weekly}"),
            meetings=_WEEKLY.replace("MORE", ""))),
        # --- destinations ---
        ("S07", "no destination for the rest", written(
            "report start working", "finish working done",
            "sort working [{when: {field: gist, given: true}, to: done}, {when: {actor: clerk}, to: done}]",
            states=_TWO)),
        ("S07", "a destination that none comes after", written(
            "report start working", "finish working done", "sort working [{to: done}, {to: same}]", states=_TWO)),
        ("S08", "opened where back leads from", written(
            "report start working", "alarm start waiting", "finish working done", "wait working waiting",
            "resume waiting back", states=_WAIT, counters="waits: {T, of: wait, per: case}").replace(
                "from: working, to: waiting", "from: working, when: {counter: waits, at_most: 2}, to: waiting")),
        ("S08", "back twice", written(
            "report start working | by: head, tells: [clerk, leader]", "finish working done", "finish waiting done",
            "wait working waiting", "undo [working,waiting] back | when: {counter: waits, at_most: 3}", states=_WAIT,
            counters="waits: {T, of: every, per: case}").replace(
                "from: working, to: waiting", "from: working, when: {counter: waits, at_most: 2}, to: waiting")),
        ("S08", "only if what was said at the opening", written(
            "alarm start working | needs: ok", "finish working done",
            "false_alarm working [{when: {field: ok, is: true}, to: done}, {to: back}]", states=_TWO, fields=_FLAG)),
        ("S09", "no handling state at the level it was lifted to", written(
            "report start working", "lift working raised", "finish [working,raised] done",
            "redo done closer | reopens: true", states=_UP.replace("village}", "village, handling: true}"))),
        ("S09", "the other level is sent elsewhere", written(
            "report start working", "finish working done", "lift working raised", "finish raised done",
            "redo done [{when: {level: town}, to: raised}, {to: closer}] | reopens: true", states=_UP)),
        ("S10", "an opening that stays", written(
            "report start working", "begin start [{when: {field: gist, given: true}, to: same}, {to: working}]",
            "finish working done", states=_TWO)),
        # --- what system fires ---
        ("S16", "no row where the step falls due", written(
            "report start working", "finish [working,waiting] done", "wait working waiting",
            "hurry working same | by: [head, system]",
            states=_EACH.replace("each", "handle"),
            clocks=_HANDLE)),
        ("S16", "system may not", written(
            "report start working", "finish working done", "hurry working same", states=_RUNS, clocks=_HANDLE)),
        ("S16", "not for what the step gives", written(
            "report start working | needs: size", "finish working done",
            "hurry working same | by: [head, system], takes: size, when: {field: size, is: big}", states=_RUNS,
            clocks=_HANDLE.replace("hurry", "hurry, with: {size: small}"), fields=_SIZE)),
        ("S16", "carried over by nobody", written(
            "report start working", "decide working done | via: weekly", "carry_over working same | via: weekly",
            states=_GATE, meetings=_WEEKLY.replace("MORE", ", carry_over: {trigger: carry_over}"))),
        ("S17", "a step lacks a field", written(
            "report start working", "finish working done", "hurry working same | by: [head, system], needs: gist",
            states=_RUNS, clocks=_HANDLE)),
        ("S17", "carrying over needs a reason", written(
            "report start working", "decide working done | via: weekly",
            "carry_over working same | via: weekly, by: [head, system], needs: gist", states=_GATE,
            meetings=_WEEKLY.replace("MORE", ", carry_over: {trigger: carry_over}"))),
        # --- people ---
        ("S19", "never takes away all", written(
            "report start working", "finish working done", "note working same | never: [head, clerk]", states=_TWO)),
        ("S19", "the opener is on the reporter's side", written(
            "report start working", "finish working done", "note working same | by: opener, never: reporter_side",
            states=_TWO)),
        # --- cycles ---
        ("S22", "a clock that begins anew", written(
            "report start working", "finish working done", "wait working waiting", "go_on waiting working",
            states=_EACH,
            clocks="each: {T, per: stay, limits: 3 natural days, steps: {at: 100%, remind: head}}")),
        ("S22", "a clock that each turn restarts", written(
            "report start working", "finish working done", "wait working waiting",
            "go_on waiting working | restarts: each",
            states=_EACH,
            clocks="each: {T, per: case, limits: 3 natural days, steps: {at: 100%, remind: head}}")),
        ("S36", "round and round", written(
            "report start working", "finish working done", "wait working waiting", "go_on waiting working",
            states=_WAIT)),
        ("S36", "a count that each turn begins anew", written(
            "report start working", "finish working done", "wait working waiting",
            "go_on waiting working", "ask waiting same | when: {counter: asks, at_most: 1}", states=_WAIT,
            counters="asks: {T, of: ask, per: stay}")),
        ("S36", "up and down, counted at the other level", written(
            "report start working", "finish working done", "lift working raised",
            "ask raised same", "put_down raised working | when: {counter: lifted, at_most: 3}", states=_UP,
            counters="lifted: {T, of: [lift, ask], per: level}")),
        ("S36", "back and forth", written(
            "report start working", "finish working done", "wait working waiting", "resume waiting back",
            states=_WAIT)),
        # --- nothing said ---
        ("S32", "a gate without a decision", written(
            "report start working", "finish working done", states=_GATE, meetings=_WEEKLY.replace("MORE", ""))),
        ("S33", "a state without a clock", written(
            "report start working", "finish [working,waiting] done", "wait working waiting",
            "hurry working same | by: [head, system]",
            states="working: {T, level: village, runs: handle}; waiting: {T, level: village}; done: {T, final: true}",
            clocks=_HANDLE)),
        ("S34", "a count that cannot be", written(
            "report start working", "note working same | takes: gist", "finish [working,waiting] done",
            "wait working waiting", "drop waiting done | when: {counter: notes, at_least: 1}", states=_WAIT,
            counters="notes: {T, of: note, per: stay}")),
        ("S34", "a count that is always enough", written(
            "report start working", "finish working done", "drop working done | when: {counter: acts, at_least: 1}",
            states=_TWO, counters="acts: {T, of: every, per: case}")),
        ("S34", "a value that is fixed", written(
            "report start working | sets: {ok: true}", "finish working done",
            "drop working done | when: {not: {field: ok, is: true}}", states=_TWO, fields=_FLAG)),
        ("S34", "a value that the row needs", written(
            "report start working", "finish working done",
            "drop working done | needs: ok, when: {any: [{field: ok, given: true}, {since: opened, at_least: 1 hour}]}",
            states=_TWO, fields=_FLAG)),
        ("S34", "a contradiction", written(
            "report start working | takes: [gist, size]", "finish working done",
            "drop working done | when: [{field: size, is: big}, {field: size, is: small}]", states=_TWO, fields=_SIZE)),
        ("S34", "nobody of those who may", written(
            "report start working", "finish working done",
            "drop working done | when: {actor: successor}", states=_TWO)),
        ("S34", "what never was", written(
            "report start working", "finish [working,waiting] done", "wait working waiting",
            "drop working done | when: {since: wait, at_most: 24 hours}", states=_WAIT)),
        ("S34", "the level of the only from state", written(
            "report start working", "finish [working,raised] done", "lift working raised",
            "drop raised [{when: {level: town}, to: done}, {to: same}] | by: leader", states=_UP)),
        ("S37", "who handled it strikes it off", written(
            "report start working", "settle working waiting | handles: true", "strike_off waiting done", states=_WAIT)),
    )
)  # fmt: skip
