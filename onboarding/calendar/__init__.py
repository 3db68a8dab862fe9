"""The dates of programs: a page, a feed for one's own calendar, and e-mails before a deadline would be missed."""
