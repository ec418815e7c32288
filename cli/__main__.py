"""`python -m cli`: the `shopkeeper` command where nothing is installed, as in the images."""

from cli.main import main

if __name__ == "__main__":
    main()
