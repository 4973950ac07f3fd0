"""Run only onboarding: `python -m services.onboarding`."""

from shared.run import serve

if __name__ == "__main__":
    serve("onboarding")
