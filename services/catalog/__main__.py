"""Run only catalog: `python -m services.catalog`."""

from shared.run import serve

if __name__ == "__main__":
    serve("catalog")
