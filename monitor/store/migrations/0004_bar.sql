-- Titles without a link at the last look, in order.
ALTER TABLE endpoint ADD COLUMN bar TEXT;
