#!/usr/bin/env python
"""Django's command line for the partner portal."""

import os
import sys

# These write what others read: static files, texts, migrations, and results for the partners' SFTP users.
FOR_OTHERS = {"collectstatic", "compile_texts", "extract_texts", "makemigrations", "watch_drop_folder"}

if __name__ == "__main__":
    if not FOR_OTHERS.intersection(sys.argv[1:2]):
        os.umask(0o077)  # what the portal writes is for its own user
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
