"""The whole house in one process: `python -m services`."""

from services.house import NAMES
from shared.run import serve

if __name__ == "__main__":
    serve(*NAMES)
