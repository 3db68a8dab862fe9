"""The dates of programs: a page, a feed for one's own calendar, and letters before a deadline would be missed."""
