"""The dates of programs: a page, a feed for one's own calendar, and emails before a deadline would be missed."""
