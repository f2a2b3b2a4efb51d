"""Entry of WSGI servers and of the `flask` command."""

import os
import sys

from jps.app import create_app
from jps.config import SettingsError

os.umask(0o077)  # whatever JPS writes, only its own account reads
try:
    app = create_app()
except SettingsError as error:
    sys.exit(f"JPS cannot start:\n{error}")
