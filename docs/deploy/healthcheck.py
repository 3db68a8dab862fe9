"""Ends with an error unless the portal's process on this machine answers: the image's health check."""

import os
from urllib.request import Request, urlopen

address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/livez"
host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
urlopen(Request(address, headers={"Host": host}), timeout=3).close()
