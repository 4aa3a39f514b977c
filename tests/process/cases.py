# SPDX-License-Identifier: Apache-2.0
"""The cases of process_test.py, and what is expected of each."""
import itertools
from dataclasses import dataclass, field

MARGIN = 0.1  # seconds, beside what a destructor is to wait


@dataclass
class Case:
    name: str
    function: str  # of process_cases.cpp
    settings: dict = field(default_factory=dict)
    server: str = "alive"
    code: int = 0
    # Seconds from when the program says `end`.
    at_least: float = 0
    at_most: float = 90
    # What the server is to have, as {prefix: how many}, beside what the program says. None:
    # whatever it is.
    records: dict | None = field(default_factory=dict)
    # False: leaks do not matter, as in the child of a program with threads, or can't be searched.
    leaks: bool = True
    # The sanitizers that can't do it, by Meson's names, and why.
    not_with: tuple = ()
    why: str = ""


def is_destroyed(where, how):
    """Whether such an end destroys what lives there."""
    if where == "ended_thread":
        return True
    if how in ("quick_exit", "_exit"):
        return False
    # The thread_locals of main, whose thread does not end. (glibc's pthread_exit does not destroy
    # them either.)
    return where != "thread_local" or how not in ("exit_elsewhere", "pthread_exit")


def end(where, face, how, network, count, wait, in_flight=""):
    """A reporter that has something to do at the end, for which it has `wait` milliseconds."""
    destroyed = is_destroyed(where, how)
    busy = destroyed and count
    records = {"record": count} if face == "reporter" or destroyed else {}
    if face == "reporter" and busy:
        records["last"] = 1
    at_least, at_most = 0, MARGIN
    if busy and network in ("refused", "silent"):
        at_least, at_most = 0.95 * wait / 1000, wait / 1000 + MARGIN
        if face == "async":  # what it may take to learn what has become of a cancelled request
            at_most += 0.025
    elif busy:
        at_most = 1
    does_wait = "waiting" if wait else "at once"
    state = f"{count} records, {'in flight, ' if in_flight else ''}{does_wait}"
    return Case(f"end: {where} {face}, {how}, {network}, {state}", "end_process",
                {"WHERE": where, "FACE": face, "HOW": how, "RECORDS": count, "WAIT": wait,
                 "IN_FLIGHT": in_flight},
                network, 7, at_least, at_most,
                records if network in ("alive", "chunked") and (wait or not busy) else None,
                leaks=(where, how) != ("thread_local", "pthread_exit"))  # what glibc keeps of it


PLACES = ["global", "static", "thread_local"]
WAYS = ["return", "exit", "exit_elsewhere", "quick_exit", "_exit", "pthread_exit"]
ENDS = [*itertools.product(PLACES, WAYS),
        *itertools.product(["ended_thread"], ["return", "quick_exit"])]


def ends():
    for where, how in ENDS:
        yield end(where, "async", how, "alive", 0, 0)
        yield end(where, "async", how, "alive", 100, 20000)
        yield end(where, "async", how, "alive", 100, 0)
        yield end(where, "async", how, "chunked", 100, 20000)
        yield end(where, "async", how, "refused", 100, 300)
        yield end(where, "async", how, "refused", 100, 0)
        yield end(where, "async", how, "silent", 100, 300, "yes")
        yield end(where, "async", how, "silent", 100, 0, "yes")
        yield end(where, "reporter", how, "alive", 0, 20000)
        yield end(where, "reporter", how, "alive", 1, 20000)
        yield end(where, "reporter", how, "chunked", 1, 20000)
        yield end(where, "reporter", how, "refused", 1, 300)
        yield end(where, "reporter", how, "silent", 1, 300)


def forks():
    for name in ["idle", "pending", "beside_waiters", "while_submitting", "in_callback"]:
        yield Case(f"fork: {name}", f"fork_{name}", leaks=False)
    yield Case("fork: idle, as the server sees it", "fork_idle", server="strict", leaks=False)
    yield Case("fork: during_send", "fork_during_send", server="waiting", leaks=False)
    for throws in ["no", "yes"]:
        yield Case(f"fork: in_callback_and_return, throws: {throws}", "fork_in_callback_and_return",
                   {"THROWS": throws}, leaks=False, not_with=("thread", "address,undefined"),
                   why="the end of a thread in a child waits for what the sanitizer had locked in "
                       "the parent")
        for call in ["poll", "flush", "close", "destroy", "submit_for"]:
            yield Case(f"fork: in the callback of {call} without workers, throws: {throws}",
                       "fork_in_callback_without_workers", {"CALL": call, "THROWS": throws},
                       leaks=False)
    yield Case("fork: the child has a reporter of its own", "child_reports", leaks=False,
               not_with=("thread", "address,undefined"),
               why="a child's new threads wait for what the sanitizer had locked in the parent, or "
                   "are taken for the parent's")
    yield Case("fork: 1000 times", "fork_often", {"FORKS": 1000}, leaks=False)


def others():
    yield Case("SIGPIPE", "broken_pipe", server="resetting")
    yield Case("signals of the process", "signals_of_process", records=None)
    for name, number in [("SIGSEGV", 11), ("SIGABRT", 6)]:
        yield Case(f"{name} in a callback", "fault_in_callback", {"SIGNAL": number}, records=None)
    yield Case("no thread to be had", "no_thread", leaks=False)
    yield Case("fewer threads to be had", "few_threads", leaks=False,
               not_with=("thread",), why="the sanitizer has a thread of its own")
    yield Case("no descriptor to be had", "no_descriptor", not_with=("address,undefined",),
               why="the sanitizer needs descriptors")
    yield Case("no port to be had", "no_port")
    yield Case("destroyed beside a callback", "destroyed_beside_callback")
    yield Case("closed beside a callback", "closed_beside_callback")
    yield Case("destroyed before a handle", "destroyed_before_handle")
    yield Case("exit in a callback, waiting", "exit_in_callback", {"WAIT": 20000}, code=7,
               at_most=1)
    yield Case("exit in a callback, at once", "exit_in_callback", {"WAIT": 0}, code=7,
               at_most=MARGIN, records=None)
    for how in WAYS[:5]:
        yield Case(f"{how} while others submit through handles", "exit_beside_handles",
                   {"HOW": how}, code=7, at_most=2, records=None)
        for closes, released in itertools.product(["yes", "no"], repeat=2):
            yield Case(f"{how} while a transport hangs, closed: {closes}, released: {released}",
                       "transport_that_hangs",
                       {"HOW": how, "CLOSES": closes, "RELEASED": released}, code=7,
                       at_most=MARGIN + 0.025)
    yield Case("plugin: its requests have no answer when it is unloaded", "unload_busy",
               server="silent", records=None)
    for function, own in itertools.product(["report", "submit"], ["yes", "no"]):
        yield Case(f"plugin: {function}, beside a reporter of the program: {own}", "unload",
                   {"FUNCTION": function, "OWN": own}, leaks=False)


CASES = [*ends(), *forks(), *others()]
