"""One meter at a time: filled in or changed in a page, previewed, then written by the same verbs as a sheet's row."""
