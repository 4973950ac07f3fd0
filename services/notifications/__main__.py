"""Run only notifications: `python -m services.notifications`."""

from shared.run import serve

if __name__ == "__main__":
    serve("notifications")
