"""Thousands of schedules of faults: whatever happens on the way, every event takes effect once, and in order.

`SIMULATION_SCHEDULES` sets how many, `SIMULATION_SEED` plays a run again; a failure prints both, and the steps.
"""

from __future__ import annotations

import logging
import os
import secrets
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from uuid import UUID

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from shared.contracts.onboarding import ApplicationReplied, ApplicationWithdrawn
from tests.simulation.world import FATES, HEARS, TELLERS, World

SCHEDULES = int(os.environ.get("SIMULATION_SCHEDULES", "1000"))
SEED = int(os.environ.get("SIMULATION_SEED") or secrets.randbelow(2**32))
STEPS = 25
WORKERS = os.cpu_count() or 1

CASES = st.sampled_from([UUID(int=n) for n in (1, 2, 3)])
KINDS = st.lists(
    st.sampled_from([ApplicationWithdrawn, ApplicationWithdrawn, ApplicationReplied]), min_size=1, max_size=3
)
#: Mostly nothing; else the process ends, or loses its database, after so many smaller steps.
FUSES = st.integers(-10, 20).map(lambda n: max(n, 0))


class Delivery(RuleBasedStateMachine):
    """Draws what happens next."""

    @initialize(forgetful=st.sampled_from([False, False, False, True]))
    def begin(self, forgetful: bool) -> None:
        self.world = World(forgetful=forgetful)
        for case in (1, 2):
            self.world.tell(UUID(int=case), [ApplicationWithdrawn])

    @rule(case=CASES, kinds=KINDS, fuse=FUSES, outage=st.booleans(), slowly=st.booleans())
    def tell(self, case: UUID, kinds: list, fuse: int, outage: bool, slowly: bool) -> None:
        if slowly:
            self.world.begin_slowly(case)
        else:
            self.world.tell(case, kinds, fuse=fuse, outage=outage)

    @precondition(lambda self: self.world.forgetful or any(self.world.unpublished(name) for name in TELLERS))
    @rule(fates=st.lists(st.sampled_from(FATES), max_size=5), fuse=FUSES, outage=st.booleans(), other=st.booleans())
    def publish(self, fates: list[str], fuse: int, outage: bool, other: bool) -> None:
        names = [name for name in TELLERS if self.world.unpublished(name)] or TELLERS
        self.world.publish(names[-1 if other else 0], fates, fuse=fuse, outage=outage)

    @precondition(lambda self: any(self.world.broker.waiting(name) for name in HEARS))
    @rule(order=st.integers(0, 50), ack_is_lost=st.booleans(), fuse=FUSES, outage=st.booleans(), other=st.booleans())
    def listen(self, order: int, ack_is_lost: bool, fuse: int, outage: bool, other: bool) -> None:
        names = [name for name in HEARS if self.world.broker.waiting(name)]
        self.world.listen(names[-1 if other else 0], order=order, ack_is_lost=ack_is_lost, fuse=fuse, outage=outage)

    @precondition(lambda self: any(self.world.opened(name) for name in HEARS))
    @rule(fuse=FUSES, outage=st.booleans(), hours=st.integers(0, 3))
    def run_due(self, fuse: int, outage: bool, hours: int) -> None:
        self.world.time.shift(hours * 3600 + 2)
        for name in HEARS:
            if self.world.opened(name):
                self.world.run_due(name, fuse=fuse, outage=outage)

    @rule(
        kind=st.sampled_from(["crash", "crash", "lose mood", "spoil", "repeat", "republish"]),
        listener=st.sampled_from(tuple(HEARS)),
        nth=st.integers(0, 30),
    )
    def mishap(self, kind: str, listener: str, nth: int) -> None:
        world = self.world
        match kind:
            case "crash":
                world.crash((*TELLERS, *HEARS)[nth % 4])
            case "lose mood":
                world.failing[listener] = (2, 3, 12)[nth % 3]
            case "spoil":
                world.spoil(listener, HEARS[listener][nth % len(HEARS[listener])], b"{}")
            case "repeat":
                world.repeat(nth)
            case "republish":
                world.relays[TELLERS[nth % 2]].outbox.republish()

    def teardown(self) -> None:
        try:
            self.world.settle()
            self.world.check()
        finally:
            self.world.close()


def play(seed_: int, schedules: int, *, shrink: bool = True) -> None:
    logging.disable(logging.CRITICAL)  # what fails on purpose would fill pages
    run_state_machine_as_test(
        seed(seed_)(Delivery),
        settings=settings(
            max_examples=schedules,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_on_the_way_every_event_takes_effect_once_and_in_order() -> None:
    print(f"SIMULATION_SEED={SEED} SIMULATION_SCHEDULES={SCHEDULES}")
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        runs = [pool.submit(play, SEED + worker, SCHEDULES // WORKERS) for worker in range(WORKERS)]
        for run in runs:
            run.result()
