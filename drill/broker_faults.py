"""What a broker does to those who rely on it: it dies, restarts, cannot be reached, and takes nothing more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from amqp.exceptions import AMQPError
from kombu import Connection

from drill.parts import P95_MS, STOP_WITHIN_S, Run
from drill.people import Crowd
from drill.servers import Rabbit
from services.house import NAMES
from shared.broker import Broker
from shared.outbox import Waiting
from shared.publisher import Doubt, Proof


def dies(run: Run) -> None:
    """Kill the broker by SIGKILL in a flood, again and again."""

    def fall(rabbit: Rabbit) -> None:
        rabbit.kill()
        time.sleep(run.chance.uniform(0, 2))
        rabbit.start()

    _in_a_flood(run, run.size.broker_kills, fall)


def restarts(run: Run) -> None:
    """Restart the broker in order in a flood, again and again."""

    def again(rabbit: Rabbit) -> None:
        rabbit.ctl("stop_app")
        rabbit.ctl("start_app")

    _in_a_flood(run, run.size.restarts, again)


def cannot_be_reached(run: Run) -> None:
    """Refuse, then swallow, every connection to the broker: doors must not notice."""
    stage, size = run.stage, run.size
    crowd = stage.crowd().go(size.people, rate=size.rate, decide=False)
    with stage.to_broker.refusing():
        time.sleep(size.away_s / 2)
    time.sleep(1)
    with stage.to_broker.silent():
        time.sleep(size.away_s / 2)
    crowd.stop()
    _doors_did_not_notice(run, crowd)
    began = time.monotonic()
    stage.quiesce(size.patience_s)
    run.note(away_s=size.away_s, caught_up_after_s=round(time.monotonic() - began, 1))


def takes_nothing(run: Run) -> None:
    """Raise the memory and the disk alarm: doors go on, services stop and start in time, and no proof is false."""
    stage, rabbit = run.stage, _rabbit(run)
    crowd = stage.crowd().go(run.size.people, rate=run.size.rate, decide=False)
    stops: list[float] = []
    for alarm in (_memory_alarm, _disk_alarm):
        with alarm(rabbit):
            time.sleep(4)
    crowd.stop()
    _doors_did_not_notice(run, crowd)
    crowd = stage.crowd().go(run.size.people, rate=run.size.rate, decide=False)
    with _memory_alarm(rabbit):
        time.sleep(2)
        stops += [stage.house.restart(name) for name in NAMES]
    crowd.stop()
    run.limit("longest stop during an alarm in s", max(stops), STOP_WITHIN_S)
    _no_false_proof(run, rabbit)


def _in_a_flood(run: Run, times: int, fall: Callable[[Rabbit], None]) -> None:
    stage, rabbit = run.stage, _rabbit(run)
    began = time.monotonic()
    crowd = stage.crowd().go(run.size.people, rate=run.size.flood_rate)
    for _ in range(times):
        time.sleep(run.chance.uniform(1, 4))
        fall(rabbit)
    time.sleep(1)
    crowd.stop()
    run.note(times=times, events=stage.events(), flood_s=round(time.monotonic() - began, 1))
    run.note(tried_again=dict(crowd.troubles))


def _doors_did_not_notice(run: Run, crowd: Crowd) -> None:
    run.note(answered=len(crowd.seconds), troubles=dict(crowd.troubles))
    run.limit("p95 in ms", crowd.p95_ms, P95_MS)
    for what, count in crowd.troubles.items():
        run.fault("refused", f"{count} times {what}, although doors do not need the broker")


def _no_false_proof(run: Run, rabbit: Rabbit) -> None:
    """Publish into an alarm, and then to a queue that must say no: that no is never a late yes."""
    taken, refused = (
        Waiting(n, UUID(int=n), UUID(int=n), f"drill.{key}", "{}") for n, key in ((1, "open"), (2, "full"))
    )
    with Connection(run.stage.amqp_url) as connection, connection.channel() as channel:
        channel.exchange_declare("drill.events", "topic", durable=True, auto_delete=False)
        for key in ("open", "full"):
            full = {"x-max-length": 1, "x-overflow": "reject-publish"} if key == "full" else {}
            channel.queue_declare(f"drill.{key}", durable=True, auto_delete=False, arguments=full)
            channel.queue_bind(f"drill.{key}", "drill.events", key)
        connection.Producer(channel).publish(b"the one that fits", exchange="", routing_key="drill.full")
    broker, proof = Broker(run.stage.amqp_url), Proof()
    patience = time.monotonic() + 5
    with _memory_alarm(rabbit):
        time.sleep(1)
        try:  # the answer that never came must not be taken for the next one's
            with broker.publisher(lambda: time.monotonic() > patience) as publish:
                proof = publish("drill", [taken])
        except (Doubt, AMQPError, OSError) as no:
            run.note(publisher_said=type(no).__name__)
    with broker.publisher(lambda: False) as publish, _memory_alarm(rabbit):
        lifted = threading.Timer(3, rabbit.ctl, ["set_vm_memory_high_watermark", "0.4"])
        lifted.start()
        late = publish("drill", [taken])
        lifted.join()
        proof.confirmed |= publish("drill", [refused]).confirmed
    run.note(confirmed_after_the_alarm=len(late.confirmed), false_proofs=int(refused.position in proof.confirmed))
    if refused.position in proof.confirmed:
        run.fault("lost", "an event was taken as confirmed that the broker had refused")


def _rabbit(run: Run) -> Rabbit:
    rabbit = run.stage.servers.rabbit
    if rabbit is None:
        raise RuntimeError("this part needs a broker of its own")
    return rabbit


@contextmanager
def _memory_alarm(rabbit: Rabbit) -> Iterator[None]:
    rabbit.ctl("set_vm_memory_high_watermark", "0.0000001")
    try:
        yield
    finally:
        rabbit.ctl("set_vm_memory_high_watermark", "0.4")


@contextmanager
def _disk_alarm(rabbit: Rabbit) -> Iterator[None]:
    rabbit.ctl("set_disk_free_limit", "mem_relative", "1000.0")
    try:
        yield
    finally:
        rabbit.ctl("set_disk_free_limit", "50MB")
