-- Rings as lasting objects: what became of each at every run, and the evidence of its ties.

-- Where a member stands in its ring, in the order of the world; null in runs of before.
ALTER TABLE rings ADD COLUMN place integer;
CREATE INDEX rings_by_member ON rings (institution, registration_id);

CREATE TABLE ring_steps (
    ring_id     text NOT NULL,
    run_at      timestamptz NOT NULL REFERENCES ring_runs (run_at),
    happening   text NOT NULL,
    parents     text[] NOT NULL, -- the other rings that members came from
    joined      integer NOT NULL,
    parted      integer NOT NULL,
    -- What it was then; null where it ended. A ring that is just as it was has no new rows in
    -- `rings` and `ring_ties`: those of the run `since` which it has been so are its own.
    since       timestamptz REFERENCES ring_runs (run_at),
    first_seen  timestamptz,
    members     integer,
    holders     integer,
    recent      integer, -- members registered in the last 7 days
    confirmed   integer, -- members of whom fraud was known
    PRIMARY KEY (ring_id, run_at)
);
CREATE INDEX ring_steps_by_parent ON ring_steps USING gin (parents);

-- A value that members share, by the places of those members; of two times, it may tie twice.
CREATE TABLE ring_ties (
    ring_id    text NOT NULL,
    run_at     timestamptz NOT NULL REFERENCES ring_runs (run_at),
    attribute  text NOT NULL,
    token      text NOT NULL,
    places     integer[] NOT NULL
);
CREATE INDEX ring_ties_by_ring ON ring_ties (ring_id, run_at);
CREATE INDEX ring_ties_by_run ON ring_ties (run_at);

-- A run that somebody wants; it is made once a run of that moment is recorded.
CREATE TABLE ring_requests (
    run_at    timestamptz PRIMARY KEY,
    asked_at  timestamptz NOT NULL
);

INSERT INTO ring_steps (ring_id, run_at, happening, parents, joined, parted, since)
SELECT DISTINCT ring_id, run_at, 'kept', '{}'::text[], 0, 0, run_at FROM rings;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ring_steps', 'ring_ties', 'ring_requests']
    LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;
