"""argon2id: its parameters, the same work for nobody, and a few at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest

from engine.people.hashing import HASHER, Busy, Hasher, Verdict
from tests.fast_hashing import fast_hasher


def test_the_real_parameters():
    kept = HASHER.hash("tukamolu4826")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert HASHER.judge("tukamolu4826", kept) == Verdict(right=True)
    assert HASHER.judge("tukamolu4827", kept) == Verdict(right=False)


def test_the_same_password_has_another_hash_each_time():
    hasher = fast_hasher()

    assert hasher.hash("tukamolu4826") != hasher.hash("tukamolu4826")


def test_nobody_s_password_is_the_same_work_and_wrong(monkeypatch: pytest.MonkeyPatch):
    hasher, seen = fast_hasher(), []
    verify = argon2.PasswordHasher.verify

    def heard(self, kept, password):
        seen.append((argon2.extract_parameters(kept), len(password)))
        return verify(self, kept, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", heard)
    kept = hasher.hash("tukamolu4826")

    assert not hasher.judge("tukamolu4827", kept).right
    assert not hasher.judge("tukamolu4827", None).right
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_a_hash_of_other_parameters_is_made_anew():
    old, now = fast_hasher(), fast_hasher(passes=2)
    kept = old.hash("tukamolu4826")

    verdict = now.judge("tukamolu4826", kept)

    assert verdict.right
    assert verdict.fresh.startswith("$argon2id$v=19$m=8,t=2,p=1$")
    assert now.judge("tukamolu4826", verdict.fresh) == Verdict(right=True)
    assert now.judge("wrong", kept) == Verdict(right=False)


def test_a_lone_surrogate_is_merely_wrong():
    hasher = fast_hasher()

    assert not hasher.judge("\ud800", hasher.hash("tukamolu4826")).right


def test_who_waits_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch):
    hasher = fast_hasher(at_a_time=2, patience=0.01)
    kept, inside, go_on = hasher.hash("tukamolu4826"), threading.Barrier(3), threading.Event()

    def slow(self, *given):
        inside.wait(10)
        go_on.wait(10)
        return True

    monkeypatch.setattr(argon2.PasswordHasher, "verify", slow)
    with ThreadPoolExecutor(2) as pool:
        two = [pool.submit(hasher.judge, "tukamolu4826", kept) for _ in range(2)]
        inside.wait(10)
        with pytest.raises(Busy) as caught:
            hasher.hash("another")
        go_on.set()
        assert all(each.result(10).right for each in two)
    assert caught.value.retry_after == 1
    assert hasher.hash("another")


def test_who_would_wait_behind_too_many_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    hasher = fast_hasher(at_a_time=1, waiting=0, patience=60)
    inside, go_on = threading.Event(), threading.Event()

    def slow(self, *given):
        inside.set()
        return go_on.wait(10)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", slow)
    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(hasher.judge, "tukamolu4826", hasher.hash("tukamolu4826"))
        inside.wait(10)
        with pytest.raises(Busy):
            hasher.hash("another")
        go_on.set()
        assert one.result(10).right


def test_the_process_waits_five_seconds_for_two_at_a_time():
    assert Hasher.__init__.__kwdefaults__ == {
        "memory_kib": 19 * 1024,
        "passes": 2,
        "lanes": 1,
        "at_a_time": 2,
        "waiting": 16,
        "patience": 5.0,
    }


def test_a_slot_is_given_back_when_hashing_fails(monkeypatch: pytest.MonkeyPatch):
    hasher = fast_hasher(at_a_time=1, patience=0.01)
    with pytest.raises(argon2.exceptions.InvalidHashError):
        hasher.judge("tukamolu4826", "no hash")

    assert hasher.hash("tukamolu4826")
