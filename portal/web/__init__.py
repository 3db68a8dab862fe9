"""How we speak HTML: pages that every room shares, middleware, health, error pages, downloads, keyset pages."""
