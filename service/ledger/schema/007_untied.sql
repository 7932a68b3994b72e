-- An erasure reaches the evidence of rings: a tie goes on without a member that was erased, and goes
-- whole where fewer than two are left. Memberships stay, by the keys under which decisions are kept.

CREATE INDEX ring_ties_by_token ON ring_ties (token);

-- The places of a tie's members whose erasure nobody asked.
CREATE FUNCTION places_left(tie ring_ties) RETURNS integer[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT place FROM unnest(tie.places) WITH ORDINALITY AS held (place, n)
        WHERE place <> ALL (ARRAY(
            SELECT m.place FROM rings m JOIN erasures e USING (institution, registration_id)
            WHERE m.ring_id = tie.ring_id AND m.run_at = tie.run_at))
        ORDER BY n)
$$;

CREATE FUNCTION only_untied() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places integer[] := places_left(OLD);
BEGIN
    IF places <> OLD.places THEN
        IF TG_OP = 'DELETE' AND cardinality(places) < 2 THEN
            RETURN OLD;
        ELSIF TG_OP = 'UPDATE'
              AND to_jsonb(NEW) = to_jsonb(OLD) || jsonb_build_object('places', places) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
DROP TRIGGER append_only ON ring_ties;
CREATE TRIGGER append_only BEFORE TRUNCATE ON ring_ties
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_untied BEFORE UPDATE OR DELETE ON ring_ties
    FOR EACH ROW EXECUTE FUNCTION only_untied();

-- Whoever is erased is a holder of his or her own, as is a row that names nobody: two of them in a
-- ring are not one person.
CREATE OR REPLACE FUNCTION erased(kept jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT kept || CASE WHEN kept ? 'node' THEN jsonb_build_object(
        'inputs_ciphertext', '\x',
        'node', kept->'node' || jsonb_build_object(
            'tokens', '{}'::jsonb,
            'holder', left(encode(sha256(convert_to(concat_ws(
                E'\x1f', kept->>'institution', kept->>'registration_id'), 'UTF8')), 'hex'), 16),
            'family', repeat('0', 16)))
    ELSE jsonb_build_object('matched_ciphertext', NULL, 'evidence_ciphertext', '\x') END
$$;

-- Those who were erased before.
UPDATE registrations r SET node = erased(to_jsonb(r))->'node' WHERE inputs_ciphertext = ''::bytea;
DELETE FROM ring_ties t WHERE places_left(t) <> places AND cardinality(places_left(t)) < 2;
UPDATE ring_ties t SET places = places_left(t) WHERE places_left(t) <> places;
