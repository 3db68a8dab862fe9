"""One meter at a time: filled in or changed in a page, looked at, then written by the same verbs as a sheet's row."""
