-- What a challenger would have answered, beside what was answered: it decides nothing.

CREATE TABLE shadows (
    model_version  text NOT NULL,
    position       bigint NOT NULL REFERENCES screenings (position),
    risk           double precision NOT NULL,
    decision       text NOT NULL CHECK (decision IN ('clear', 'review', 'refuse')),
    PRIMARY KEY (model_version, position)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shadows
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
