"""Green Button without a site: read ESPI feeds, join their two halves, speak OAuth 2.0. Pure Python, no Django.

Doors: `reader.read_feed`, `reader.iter_intervals`, `service_points.service_points`, `scope.parse_scope`,
`batch_list.read_batch_list`, `oauth`, `client.fetch_resource`. Standard: NAESB REQ.21 (ESPI).
"""
