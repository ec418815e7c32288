"""`python -m learning`: the learner."""

import os


def main() -> None:
    """Give way to what serves shoppers, also while starting, and learn."""
    os.nice(5)
    from learning.worker import main as learn

    learn()


if __name__ == "__main__":
    main()
