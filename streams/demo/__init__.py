"""The demo's data: what the public says of Plumela, an invented home-cleaning company, and who works there.

`feed.jsonl` holds one post or rating a line: `id`, `created_offset_s` (seconds after the demo starts, never
decreasing), `kind` (what its writer meant, for people and tests), `lang`, `source_label` (the network it plays),
`author`, `author_name`, `text`, `brand`, `url`, and where they apply `rating`, `aspects`, `reach`, `reply_to` and
`conversation_id` (both name an `id` of this file). `hearout.toml`, `roster.toml` and `rules.toml` are the settings
of an installation, to be copied into its home. Every address ends in the reserved `.example`.
"""
