-- Times are epoch milliseconds (UTC). JSON is TEXT. Statements end with a semicolon at the end of a line.
CREATE TABLE source (
  name TEXT PRIMARY KEY,
  revision INTEGER NOT NULL DEFAULT 0          -- moves with every poll that writes headlines
) STRICT;

CREATE TABLE endpoint (
  source TEXT NOT NULL REFERENCES source(name) ON DELETE CASCADE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  url TEXT NOT NULL,
  config_hash TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1,           -- 0: no longer in the configuration
  every_ms INTEGER NOT NULL,
  baselined_at INTEGER,
  next_poll_at INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until INTEGER,
  etag TEXT,
  last_modified TEXT,
  body_hash TEXT,
  full_at INTEGER,
  last_poll_at INTEGER,
  last_ok_at INTEGER,
  last_change_at INTEGER,
  typical_items INTEGER NOT NULL DEFAULT 0,
  polls INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  credit REAL NOT NULL DEFAULT 0,              -- requests of its budget that were saved, or borrowed
  PRIMARY KEY (source, name),
  CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
) STRICT;
CREATE INDEX endpoint_due ON endpoint (next_poll_at) WHERE active = 1;

CREATE TABLE rhythm (                           -- when an endpoint published so far
  source TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  counts BLOB NOT NULL,                         -- packed numbers, see monitor/store/rhythm.py
  PRIMARY KEY (source, endpoint),
  FOREIGN KEY (source, endpoint) REFERENCES endpoint(source, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE headline (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL REFERENCES source(name) ON DELETE CASCADE,
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  section TEXT NOT NULL,
  url TEXT,
  published_at INTEGER,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  breaking INTEGER NOT NULL,
  baseline INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  fired TEXT NOT NULL DEFAULT '[]',            -- JSON array of rule names that alerted for it
  edits INTEGER NOT NULL DEFAULT 0,            -- in the hour that began with the first of them
  edits_since INTEGER,
  story INTEGER,                               -- id of the first headline that told it, of another source
  UNIQUE (source, key)
) STRICT;
CREATE INDEX headline_age ON headline (source, last_seen_at);
CREATE INDEX headline_story ON headline (story) WHERE story IS NOT NULL;
CREATE INDEX headline_loose ON headline (source, last_seen_at) WHERE url IS NULL;

CREATE TABLE headline_key (                     -- every identity a headline was ever seen under
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  headline_id INTEGER NOT NULL REFERENCES headline(id) ON DELETE CASCADE,
  PRIMARY KEY (source, key, headline_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX headline_key_owner ON headline_key (headline_id);

CREATE TABLE article (                          -- what the page of a headline says, read once
  source TEXT NOT NULL,
  key TEXT NOT NULL,
  url TEXT NOT NULL,
  read_at INTEGER NOT NULL,
  facts TEXT,                                   -- JSON; NULL: the page could not be read
  PRIMARY KEY (source, key),
  FOREIGN KEY (source, key) REFERENCES headline(source, key) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE story_mark (                       -- what finds the headlines of one story
  mark INTEGER NOT NULL,                        -- hash of a word, or of an event and its place
  at INTEGER NOT NULL,
  headline_id INTEGER NOT NULL,
  PRIMARY KEY (mark, at, headline_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_mark_age ON story_mark (at);

CREATE TABLE change (                           -- append-only history
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  headline_id INTEGER NOT NULL REFERENCES headline(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('new', 'edited', 'promoted', 'reappeared')),
  title TEXT NOT NULL,
  previous_title TEXT,
  edit TEXT,                                    -- of an edited one: slip, wording, name, number, verdict, counter
  version INTEGER NOT NULL,
  section TEXT NOT NULL,
  url TEXT,
  breaking INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX change_headline ON change (headline_id);

CREATE TABLE unread (                           -- changes whose articles are still to be matched
  change_id TEXT PRIMARY KEY REFERENCES change(id) ON DELETE CASCADE,
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  change_id TEXT NOT NULL REFERENCES change(id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  matches TEXT NOT NULL,                        -- JSON: rules and spans in the change's title
  high_priority INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'queued', 'dropped')),
  reason TEXT,
  flood TEXT,                                   -- held, or was held, with it
  held_beside INTEGER NOT NULL DEFAULT 0,       -- how many more of its channel are
  same_story TEXT,                              -- JSON: source and title under which the story was told before
  UNIQUE (change_id, channel),
  CHECK ((state = 'dropped') = (reason IS NOT NULL))
) STRICT;
CREATE INDEX alert_due ON alert (due_at) WHERE state = 'waiting';

CREATE INDEX alert_held ON alert (flood) WHERE state = 'held';

CREATE TABLE flood (                            -- many probably old headlines at one look
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  message TEXT NOT NULL,                        -- JSON: title, body, format
  state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'unconfirmed', 'merged', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  ambiguous INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until INTEGER,
  settled_at INTEGER,
  remote_id TEXT,
  last_error TEXT,
  CHECK ((state = 'sending') = (lease_owner IS NOT NULL)),
  CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
) STRICT;
CREATE INDEX delivery_due ON delivery (channel, recipient, next_attempt_at) WHERE state IN ('pending', 'sending');
CREATE INDEX delivery_made ON delivery (channel, created_at);
CREATE INDEX delivery_settled ON delivery (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE delivery_alert (
  delivery_id TEXT NOT NULL REFERENCES delivery(id) ON DELETE CASCADE,
  alert_id TEXT NOT NULL REFERENCES alert(id) ON DELETE CASCADE,
  PRIMARY KEY (delivery_id, alert_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_alert_alert ON delivery_alert (alert_id);

CREATE TABLE attempt (
  delivery_id TEXT NOT NULL REFERENCES delivery(id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  elapsed_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT,
  PRIMARY KEY (delivery_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE recipient (
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER,
  last_ok_at INTEGER,
  last_error TEXT,
  PRIMARY KEY (channel, recipient)
) STRICT, WITHOUT ROWID;

CREATE TABLE poll (                             -- polls that said something: learned, changed, failed; others are counted
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  at INTEGER NOT NULL,
  elapsed_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('learned', 'changed', 'unchanged', 'not_modified', 'failed')),
  http_status INTEGER,
  size INTEGER,
  items INTEGER,
  changes INTEGER NOT NULL,
  error TEXT,
  FOREIGN KEY (source, endpoint) REFERENCES endpoint(source, name) ON DELETE CASCADE
) STRICT;
CREATE INDEX poll_recent ON poll (source, endpoint, at);

CREATE TABLE discovery (                        -- the last look for further endpoints of a source
  source TEXT PRIMARY KEY REFERENCES source(name) ON DELETE CASCADE,
  url TEXT NOT NULL,
  looked_at INTEGER NOT NULL,
  next_look_at INTEGER NOT NULL,
  fruitless INTEGER NOT NULL,
  tried TEXT NOT NULL,                          -- JSON array of sentences
  trouble TEXT NOT NULL,                        -- JSON array of endpoint names
  notice TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE discovered (                       -- what the looks found
  source TEXT NOT NULL REFERENCES discovery(source) ON DELETE CASCADE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  url TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  evidence TEXT NOT NULL,
  replaced_at INTEGER,
  PRIMARY KEY (source, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE silence (                          -- what nobody wants to be told for a while
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rules TEXT NOT NULL,                          -- JSON arrays; an alert fits what is named, an empty one fits all
  sources TEXT NOT NULL,
  words TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  who TEXT NOT NULL,
  why TEXT NOT NULL,
  CHECK (ends_at >= starts_at)
) STRICT;
CREATE INDEX silence_end ON silence (ends_at);

CREATE TABLE incident (                         -- what was wrong with the monitor itself, and when an operator heard of it
  key TEXT NOT NULL,
  since INTEGER NOT NULL,
  text TEXT NOT NULL,
  ended_at INTEGER,
  told_at INTEGER,
  over_told_at INTEGER,
  once INTEGER NOT NULL,                        -- 1: an event, which has no end to tell
  PRIMARY KEY (key, since)
) STRICT, WITHOUT ROWID;
