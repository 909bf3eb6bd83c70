-- A filled database of the first schema, as the first version left it behind; made-up headlines.
INSERT INTO source
  (name, revision)
VALUES
  ('marsa', 2),
  ('sada', 2);
INSERT INTO endpoint
  (source, name, kind, url, config_hash, active, every_ms, baselined_at, next_poll_at, lease_owner, lease_until, etag, last_modified, body_hash, full_at, last_poll_at, last_ok_at, last_change_at, typical_items, polls, failures, last_error, credit)
VALUES
  ('marsa', 'page', 'html', 'https://marsa.example/', '1', 1, 30000, 1772438400000, 1772438550000, NULL, NULL, NULL, NULL, NULL, NULL, 1772438520000, 1772438520000, NULL, 0, 3, 0, NULL, 0.0),
  ('sada', 'page', 'html', 'https://sada.example/', '1', 1, 30000, 1772438400000, 1772438550000, NULL, NULL, NULL, NULL, NULL, NULL, 1772438520000, 1772438520000, NULL, 0, 3, 0, NULL, 0.0);
INSERT INTO rhythm
  (source, endpoint, counts)
VALUES
  ('marsa', 'page', X'0001020304');
INSERT INTO headline
  (id, source, key, title, section, url, published_at, first_seen_at, last_seen_at, breaking, baseline, version, fired, edits, edits_since, story)
VALUES
  (1, 'marsa', 'u:https://marsa.example/1', 'فتح الميناء الجديد أمام السفن رقم 1', 'list', 'https://marsa.example/1', NULL, 1772438400000, 1772438460000, 0, 0, 1, '["ports"]', 0, NULL, NULL),
  (2, 'marsa', 'u:https://marsa.example/2', 'فتح الميناء الجديد أمام السفن رقم 2', 'list', 'https://marsa.example/2', NULL, 1772438400000, 1772438460000, 0, 0, 1, '["ports"]', 0, NULL, NULL),
  (3, 'sada', 'u:https://sada.example/3', 'فتح الميناء الجديد أمام السفن رقم 3', 'list', 'https://sada.example/3', NULL, 1772438400000, 1772438460000, 0, 0, 1, '["ports"]', 0, NULL, 1),
  (4, 'marsa', 'u:https://marsa.example/4', 'فتح الميناء الجديد أمام السفن رقم 4', 'list', 'https://marsa.example/4', NULL, 1772438400000, 1772438520000, 0, 0, 1, '["ports"]', 0, NULL, NULL),
  (5, 'sada', 'u:https://sada.example/5', 'فتح الميناء الجديد أمام السفن رقم 5', 'list', 'https://sada.example/5', NULL, 1772438400000, 1772438520000, 0, 0, 1, '["ports"]', 0, NULL, NULL);
INSERT INTO headline_key
  (source, key, headline_id)
VALUES
  ('marsa', 't: السفن رقم 1', 1),
  ('marsa', 'u:https://marsa.example/1', 1),
  ('marsa', 't: السفن رقم 2', 2),
  ('marsa', 'u:https://marsa.example/2', 2),
  ('sada', 't: السفن رقم 3', 3),
  ('sada', 'u:https://sada.example/3', 3),
  ('marsa', 't: السفن رقم 4', 4),
  ('marsa', 'u:https://marsa.example/4', 4),
  ('sada', 't: السفن رقم 5', 5),
  ('sada', 'u:https://sada.example/5', 5);
INSERT INTO article
  (source, key, url, read_at, facts)
VALUES
  ('marsa', 'u:https://marsa.example/1', 'https://marsa.example/1', 1772438460000, '{"lead": "شرعت السلطات في فتح الميناء"}');
INSERT INTO story_mark
  (mark, at, headline_id)
VALUES
  (-77, 1772438460000, 1),
  (4242, 1772438460000, 2);
INSERT INTO change
  (seq, id, headline_id, kind, title, previous_title, edit, version, section, url, breaking, seen_at)
VALUES
  (1, '9f6a3c47d060e7e8be9b07e8', 1, 'new', 'فتح الميناء الجديد أمام السفن رقم 1', NULL, NULL, 1, 'list', 'https://marsa.example/1', 0, 1772438460000),
  (2, '5212ddd7fbea1b072ed9c6d6', 2, 'new', 'فتح الميناء الجديد أمام السفن رقم 2', NULL, NULL, 1, 'list', 'https://marsa.example/2', 0, 1772438460000),
  (3, '6f2549488944504ead9ed585', 3, 'new', 'فتح الميناء الجديد أمام السفن رقم 3', NULL, NULL, 1, 'list', 'https://sada.example/3', 0, 1772438460000),
  (4, '6978203d21008fb3b8a3755b', 4, 'new', 'فتح الميناء الجديد أمام السفن رقم 4', NULL, NULL, 1, 'list', 'https://marsa.example/4', 0, 1772438520000),
  (5, '7eade787ce12a0f3de77cc5d', 5, 'new', 'فتح الميناء الجديد أمام السفن رقم 5', NULL, NULL, 1, 'list', 'https://sada.example/5', 0, 1772438520000);
INSERT INTO unread
  (change_id, due_at, tries)
VALUES
  ('6978203d21008fb3b8a3755b', 1772438520000, 1);
INSERT INTO alert
  (seq, id, change_id, channel, matches, high_priority, due_at, state, reason, flood, held_beside, same_story)
VALUES
  (1, 'efca479f1e722dcda0f859f3', '9f6a3c47d060e7e8be9b07e8', 'desk', '[{"rule": "ports", "spans": [[0, 3, "فتح"]]}]', 0, 1772438460000, 'queued', NULL, NULL, 0, NULL),
  (2, '63d159a195607597d2197af5', '5212ddd7fbea1b072ed9c6d6', 'desk', '[{"rule": "ports", "spans": [[0, 3, "فتح"]]}]', 0, 1772438460000, 'queued', NULL, NULL, 0, NULL),
  (3, '24f9b3a61cf9154d673edf3a', '6f2549488944504ead9ed585', 'desk', '[{"rule": "ports", "spans": [[0, 3, "فتح"]]}]', 0, 1772438460000, 'waiting', NULL, NULL, 0, NULL),
  (4, 'fc6c3a96e4a925e89b5ed02b', '6978203d21008fb3b8a3755b', 'desk', '[{"rule": "ports", "spans": [[0, 3, "فتح"]]}]', 0, 1772438520000, 'dropped', 'silence 1', NULL, 0, NULL),
  (5, 'e6520ed59142da1fde6706c9', '7eade787ce12a0f3de77cc5d', 'desk', '[{"rule": "ports", "spans": [[0, 3, "فتح"]]}]', 0, 1772438520000, 'held', NULL, 'f1', 11, NULL);
INSERT INTO flood
  (id, source, endpoint, at, reason)
VALUES
  ('f1', 'sada', 'page', 1772438520000, '12 of 14 are older than a day by their dates');
INSERT INTO delivery
  (seq, id, channel, recipient, message, state, attempts, ambiguous, created_at, next_attempt_at, lease_owner, lease_until, settled_at, remote_id, last_error)
VALUES
  (1, 'abf6f3b22df7f4683266292f', 'desk', '42', '{"title": "", "body": "فتح الميناء الجديد أمام السفن رقم 1", "format": "text", "alerts": ["efca479f1e722dcda0f859f3"]}', 'sent', 1, 0, 1772438460000, 1772438460000, NULL, NULL, 1772438460000, NULL, NULL),
  (2, 'e4367ac82471b2f0fdc293ab', 'desk', '42', '{"title": "", "body": "فتح الميناء الجديد أمام السفن رقم 2", "format": "text", "alerts": ["63d159a195607597d2197af5"]}', 'pending', 0, 0, 1772438460000, 1772438460000, NULL, NULL, NULL, NULL, NULL);
INSERT INTO delivery_alert
  (delivery_id, alert_id)
VALUES
  ('e4367ac82471b2f0fdc293ab', '63d159a195607597d2197af5'),
  ('abf6f3b22df7f4683266292f', 'efca479f1e722dcda0f859f3');
INSERT INTO attempt
  (delivery_id, n, at, elapsed_ms, outcome, detail)
VALUES
  ('abf6f3b22df7f4683266292f', 1, 1772438460000, 80, 'sent', NULL);
INSERT INTO recipient
  (channel, recipient, failures, not_before, last_ok_at, last_error)
VALUES
  ('desk', '42', 0, NULL, NULL, NULL);
INSERT INTO poll
  (id, source, endpoint, at, elapsed_ms, outcome, http_status, size, items, changes, error)
VALUES
  (1, 'marsa', 'page', 1772438400000, 12, 'learned', NULL, NULL, 0, 0, NULL),
  (2, 'sada', 'page', 1772438400000, 12, 'learned', NULL, NULL, 0, 0, NULL),
  (3, 'marsa', 'page', 1772438460000, 12, 'changed', NULL, NULL, 2, 2, NULL),
  (4, 'sada', 'page', 1772438460000, 12, 'changed', NULL, NULL, 1, 1, NULL),
  (5, 'marsa', 'page', 1772438520000, 12, 'changed', NULL, NULL, 1, 1, NULL),
  (6, 'sada', 'page', 1772438520000, 12, 'changed', NULL, NULL, 1, 1, NULL);
INSERT INTO discovery
  (source, url, looked_at, next_look_at, fruitless, tried, trouble, notice)
VALUES
  ('sada', 'https://sada.example/', 1772438400000, 1772524800000, 0, '["feed: 20 items"]', '[]', 'feed died');
INSERT INTO discovered
  (source, name, kind, url, found_at, evidence, replaced_at)
VALUES
  ('sada', 'feed', 'feed', 'https://sada.example/feed', 1772438400000, 'link in the page', NULL);
INSERT INTO silence
  (id, rules, sources, words, starts_at, ends_at, who, why)
VALUES
  (1, '["ports"]', '[]', '["تمرين"]', 1772438400000, 1772442000000, 'samira', 'exercise in the port');
INSERT INTO incident
  (key, since, text, ended_at, told_at, over_told_at, once)
VALUES
  ('source sada', 1772438400000, 'source ''sada'' cannot be read', NULL, 1772438460000, NULL, 0);
