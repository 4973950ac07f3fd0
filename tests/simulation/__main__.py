"""`python -m tests.simulation SEED SCHEDULES`: play, and stop at the first failure without making it smaller."""

from __future__ import annotations

import sys
import warnings

from tests.simulation.test_delivery import play

FOUND = 1

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    try:
        play(int(sys.argv[1]), int(sys.argv[2]), shrink=False)
    except (ImportError, SyntaxError, NameError):
        raise SystemExit(2) from None
    except Exception as error:  # whatever it is: an invariant, or an error nobody expected
        print(repr(error))
        sys.exit(FOUND)
