"""Rules with clocks for one test: three tiers, one above the other."""

from __future__ import annotations

#: Three tiers, each with its limit; the last has nowhere to go.
TIERS = {
    "business_hours": 'open: "08:30"\nclose: "17:30"',
    "fields": """
        urgency:
          title: {zh: 紧急程度, en: Urgency}
          type: choice
          default: normal
          choices: {normal: {zh: 一般, en: Normal}, urgent: {zh: 紧急, en: Urgent}}
        text: {T, type: text}
        due: {T, type: date, fills: due}
        """,
    "clocks": """
        handle:
          title: {zh: 办理时限, en: Handling}
          per: level
          by: [level, urgency]
          limits:
            wuchang: {normal: 5 working days, urgent: 24 hours}
            village: {normal: 10 working days, urgent: 3 natural days}
            township: {normal: 20 working days, urgent: 5 working days}
          steps:
            - {at: 100%, fire: rise}
            - {at: 200%, when: {level: township}, fire: rise}
        """,
    "states": """
        low: {T, level: wuchang, handling: true, runs: handle}
        middle: {T, level: village, handling: true, runs: handle}
        high: {T, level: township, handling: true, runs: handle}
        parked: {T}
        done: {T, final: true}
        """,
    "transitions": """
        - {trigger: begin, T, from: start, to: low, by: zuzhang, takes: [urgency, text]}
        - {trigger: rise, T, from: low, to: middle, by: [zuzhang, system]}
        - {trigger: rise, T, from: middle, to: high, by: [village_clerk, system]}
        - {trigger: rise, T, from: high, to: same, by: [township_secretary, system], when: {field: text, given: true}}
        - {trigger: change, T, from: open, to: same, by: zuzhang, takes: [urgency, text]}
        - {trigger: extend, T, from: [low, middle, high], to: same, by: zuzhang, needs: due, extends: handle}
        - {trigger: park, T, from: [low, middle, high], to: parked, by: zuzhang}
        - {trigger: resume, T, from: parked, to: back, by: zuzhang}
        - {trigger: finish, T, from: [low, middle, high], to: done, by: zuzhang}
        """,
}  # fmt: skip
