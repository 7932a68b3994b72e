-- Whose plain values were read outside of a screening, by whom and why: one row a registration.

CREATE TABLE readings (
    read_at          timestamptz NOT NULL,
    read_by          text NOT NULL,
    purpose          text NOT NULL,
    what             text NOT NULL,
    institution      text NOT NULL,
    registration_id  text NOT NULL,
    FOREIGN KEY (institution, registration_id)
        REFERENCES registrations (institution, registration_id)
);
CREATE INDEX readings_by_registration ON readings (institution, registration_id, read_at);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON readings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
