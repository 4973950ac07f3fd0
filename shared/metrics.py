"""What the house counts; served at /metrics."""

from prometheus_client import Counter, Gauge, Histogram

inbox = Counter("hub_inbox_messages", "Messages by what became of them", ["service", "status"])
outbox = Counter("hub_outbox_published", "Events published and confirmed", ["service"])
unroutable = Counter("hub_outbox_unroutable", "Events the broker returned because no queue is bound", ["service"])
refused = Counter("hub_outbox_refused", "Events the broker nacked: a queue is full or ill", ["service"])
leading = Gauge("hub_relay_leading", "1 where this process publishes for the service", ["service"])
blocked = Gauge("hub_broker_blocked", "1 while the broker takes nothing, short of memory or disk", ["service"])
confirms = Histogram("hub_outbox_confirm_seconds", "From the first byte of a batch to its last confirm", ["service"])
pending = Gauge("hub_outbox_waiting", "Events not yet published", ["service"])
waiting = Gauge("hub_outbox_oldest_age_seconds", "Age of the oldest event not yet published", ["service"])
requests = Histogram("hub_http_request_seconds", "Requests by route and status", ["service", "route", "status"])
letters = Counter("hub_letters", "Letters by channel and outcome", ["channel", "status"])
open_messages = Gauge("hub_inbox_open", "Messages not done, by status", ["service", "status"])
oldest_open = Gauge(
    "hub_inbox_oldest_open_seconds", "Age of the oldest message not done, by status", ["service", "status"]
)
