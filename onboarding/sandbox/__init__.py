"""The sandbox: emptying it, and filling it with made-up data. Making it and its page: portal/partners/sandboxes.py."""
