"""``python -m operations``, which is ``pipenv run holdfast``."""

from operations.app import main

if __name__ == "__main__":
    main()
