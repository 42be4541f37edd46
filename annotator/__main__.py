"""``python -m annotator [PROJECT]`` opens the window."""

import sys

from annotator.app import main

if __name__ == "__main__":
    sys.exit(main())
