-- The first schema of the ledger. What was decided is never changed: the main tables refuse
-- UPDATE, DELETE and TRUNCATE, whoever asks.

CREATE SEQUENCE ledger_position;

CREATE TABLE api_keys (
    key_hash     bytea PRIMARY KEY,
    institution  text NOT NULL,
    role         text NOT NULL CHECK (role IN ('caller', 'operator')),
    created_at   timestamptz NOT NULL,
    revoked_at   timestamptz
);

-- Who owns the screening lane; the advisory lock decides, this row only tells.
CREATE TABLE lease (
    name   text PRIMARY KEY,
    owner  text NOT NULL,
    since  timestamptz NOT NULL
);

CREATE TABLE registrations (
    position           bigint PRIMARY KEY,
    institution        text NOT NULL,
    registration_id    text NOT NULL,
    registered_at      timestamptz NOT NULL,
    received_at        timestamptz NOT NULL,
    source             text NOT NULL CHECK (source IN ('api', 'book')),
    content_digest     bytea NOT NULL,
    inputs_ciphertext  bytea NOT NULL,
    token_key          text NOT NULL,
    node               jsonb NOT NULL,
    UNIQUE (institution, registration_id)
);
CREATE INDEX registrations_by_time ON registrations (registered_at, registration_id);

CREATE TABLE screenings (
    position             bigint PRIMARY KEY,
    screening_id         uuid NOT NULL UNIQUE,
    institution          text NOT NULL,
    registration_id      text NOT NULL,
    screened_at          timestamptz NOT NULL,
    purpose              text NOT NULL,
    asked_by             text NOT NULL,
    decision             text NOT NULL CHECK (decision IN ('clear', 'review', 'refuse')),
    risk                 double precision NOT NULL,
    ring_risk            double precision NOT NULL, -- as if no outcome were known: rings go by it
    risk_band            text NOT NULL,
    identity             text NOT NULL,
    matched_ciphertext   bytea,
    evidence_ciphertext  bytea NOT NULL,
    fields               jsonb NOT NULL,
    reasons              jsonb NOT NULL,
    ring_id              text,
    vector               bytea NOT NULL, -- float64, little-endian, in the order of the features
    model_version        text NOT NULL,
    policy_version       text NOT NULL,
    graph_position       bigint NOT NULL,
    rescreens            uuid REFERENCES screenings (screening_id),
    FOREIGN KEY (institution, registration_id)
        REFERENCES registrations (institution, registration_id)
);
CREATE INDEX screenings_by_registration ON screenings (institution, registration_id, position);
CREATE INDEX screenings_latest ON screenings (institution, position DESC);
CREATE INDEX screenings_by_ring ON screenings (ring_id) WHERE ring_id IS NOT NULL;
-- One first screening a registration; a later one names the one that it repeats.
CREATE UNIQUE INDEX screenings_once ON screenings (institution, registration_id)
    WHERE rescreens IS NULL;

CREATE TABLE outcomes (
    position         bigint PRIMARY KEY,
    institution      text NOT NULL,
    registration_id  text NOT NULL,
    is_fraud         boolean NOT NULL,
    typology         text,
    confirmed_at     timestamptz NOT NULL,
    received_at      timestamptz NOT NULL,
    UNIQUE (institution, registration_id),
    FOREIGN KEY (institution, registration_id)
        REFERENCES registrations (institution, registration_id)
);
CREATE INDEX outcomes_by_time ON outcomes (confirmed_at);

CREATE TABLE ring_runs (
    run_at    timestamptz PRIMARY KEY,
    made_at   timestamptz NOT NULL,
    position  bigint NOT NULL -- where the ledger stood when the run was made
);

CREATE TABLE rings (
    run_at           timestamptz NOT NULL REFERENCES ring_runs (run_at),
    ring_id          text NOT NULL,
    institution      text NOT NULL,
    registration_id  text NOT NULL,
    ring_risk        double precision NOT NULL,
    PRIMARY KEY (run_at, institution, registration_id)
);
CREATE INDEX rings_by_id ON rings (ring_id, run_at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['registrations', 'screenings', 'outcomes', 'ring_runs', 'rings']
    LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

-- Of a key nothing but its revocation may change.
CREATE FUNCTION refuse_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.revoked_at IS NOT NULL
       OR (NEW.key_hash, NEW.institution, NEW.role, NEW.created_at)
          IS DISTINCT FROM (OLD.key_hash, OLD.institution, OLD.role, OLD.created_at) THEN
        RAISE EXCEPTION 'of a key only its revocation is recorded'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keys_only_revoked BEFORE UPDATE OR DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION refuse_key_change();
