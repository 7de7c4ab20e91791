"""`python -m staffplan` is the command staffplan."""

from staffplan.cli import main

if __name__ == "__main__":
    main()
