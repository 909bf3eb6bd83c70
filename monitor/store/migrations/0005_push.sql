CREATE TABLE subscription (                     -- with the hubs that endpoints name (WebSub)
  token TEXT PRIMARY KEY,                       -- last part of the callback
  source TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  topic TEXT NOT NULL,
  hubs TEXT NOT NULL,                           -- JSON, the one that is asked first
  callback TEXT NOT NULL,
  secret TEXT NOT NULL,
  since INTEGER NOT NULL,
  next_at INTEGER NOT NULL,                     -- when the hub is asked
  awaiting INTEGER NOT NULL,                    -- 1: it was asked and has not come back yet
  tries INTEGER NOT NULL,                       -- in a row that came to nothing
  until INTEGER,                                -- end of what the hub agreed to
  reason TEXT,                                  -- why the last try came to nothing
  leaving INTEGER NOT NULL,                     -- 1: it is to end
  pinged_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX subscription_endpoint ON subscription (source, endpoint) WHERE leaving = 0;
