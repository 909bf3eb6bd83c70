CREATE TABLE robots (                           -- what hosts answered for their robots.txt
  url TEXT PRIMARY KEY,
  body TEXT NOT NULL,                           -- empty: there is none
  until INTEGER NOT NULL,                       -- then it is asked again
  delay_ms INTEGER NOT NULL,                    -- between two requests, as it asks of us
  refused TEXT                                  -- address that was last left alone for it
) STRICT, WITHOUT ROWID;
