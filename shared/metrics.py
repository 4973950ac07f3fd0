"""What the house counts; served at /metrics."""

from prometheus_client import Counter, Gauge, Histogram

inbox = Counter("hub_inbox_messages", "Messages by what became of them", ["service", "status"])
outbox = Counter("hub_outbox_published", "Events published and confirmed", ["service"])
unroutable = Counter("hub_outbox_unroutable", "Events the broker returned because no queue is bound", ["service"])
waiting = Gauge("hub_outbox_oldest_age_seconds", "Age of the oldest event not yet published", ["service"])
requests = Histogram("hub_http_request_seconds", "Requests by route and status", ["service", "route", "status"])
letters = Counter("hub_letters", "Letters by channel and outcome", ["channel", "status"])
