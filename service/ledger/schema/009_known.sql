-- An institution may report in batches, long after it confirmed: what a model may have known when goes
-- by when the report came. Of a book that was loaded, the moment of its loading says nothing.

ALTER TABLE outcomes ADD COLUMN source text NOT NULL DEFAULT 'book' CHECK (source IN ('api', 'book'));
