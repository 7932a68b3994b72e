-- Whose personal data is erased: asked for once, carried out by whoever holds the lease.
-- What was decided stays. Of a registration and its screenings nothing may change but that.

CREATE TABLE erasures (
    institution      text NOT NULL,
    registration_id  text NOT NULL,
    reason           text NOT NULL,
    asked_at         timestamptz NOT NULL,
    carried_out_at   timestamptz,
    PRIMARY KEY (institution, registration_id),
    FOREIGN KEY (institution, registration_id)
        REFERENCES registrations (institution, registration_id)
);
CREATE INDEX erasures_pending ON erasures (asked_at) WHERE carried_out_at IS NULL;
CREATE INDEX registrations_not_erased ON registrations (registered_at)
    WHERE inputs_ciphertext <> ''::bytea;

CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON erasures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION only_carried_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.carried_out_at IS NOT NULL
       OR to_jsonb(NEW) - 'carried_out_at' IS DISTINCT FROM to_jsonb(OLD) - 'carried_out_at' THEN
        RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER only_carried_out BEFORE UPDATE ON erasures
    FOR EACH ROW EXECUTE FUNCTION only_carried_out();

-- A row without its personal data, in the form of `to_jsonb`.
CREATE FUNCTION erased(kept jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT kept || CASE WHEN kept ? 'node' THEN jsonb_build_object(
        'inputs_ciphertext', '\x',
        'node', kept->'node' || jsonb_build_object(
            'tokens', '{}'::jsonb, 'holder', repeat('0', 16), 'family', repeat('0', 16)))
    ELSE jsonb_build_object('matched_ciphertext', NULL, 'evidence_ciphertext', '\x') END
$$;

CREATE FUNCTION only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) IS DISTINCT FROM erased(to_jsonb(OLD))
       OR NOT EXISTS (SELECT FROM erasures e WHERE e.institution = OLD.institution
                      AND e.registration_id = OLD.registration_id) THEN
        RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['registrations', 'screenings']
    LOOP
        EXECUTE format('DROP TRIGGER append_only ON %I', name);
        EXECUTE format('CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
        EXECUTE format('CREATE TRIGGER only_erased BEFORE UPDATE ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION only_erased()', name);
    END LOOP;
END
$$;
