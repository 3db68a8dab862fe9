"""The demo utility: a program of its own that plays electric utilities with OAuth 2.0 and Green Button over HTTP.

It has its own settings, database, port and process, and is never among the portal's installed apps. The portal imports
`registration` alone, which says how to reach it.
"""
