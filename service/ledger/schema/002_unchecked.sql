-- Finds at once what was screened while the register was away, and whether it was screened again.

CREATE INDEX screenings_unchecked ON screenings (position)
    WHERE reasons ? 'REGISTER_UNAVAILABLE';
CREATE UNIQUE INDEX screenings_again ON screenings (rescreens) WHERE rescreens IS NOT NULL;
