CREATE TABLE lane (                             -- what a service limits: a chat, a webhook, a bot; channels may share it
  key TEXT PRIMARY KEY,                         -- hash of what identifies it
  free_at INTEGER NOT NULL,                     -- when it takes the next message, by its pace
  busy_until INTEGER                            -- a message is on its way, no longer than until then
) STRICT, WITHOUT ROWID;
