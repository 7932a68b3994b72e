-- Finds at once what was screened while the graph was away.

CREATE INDEX screenings_unseen ON screenings (position) WHERE reasons ? 'GRAPH_UNAVAILABLE';
