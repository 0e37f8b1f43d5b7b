-- What a time to live costs: 10 million rows, counted and summed by a million keys, as fast as they
-- come.
-- Run with and without -D table.exec.state.ttl (docs/performance.md).
CREATE TABLE numbers (k INT, v INT) WITH ('connector' = 'datagen',
  'number-of-rows' = '10000000', 'rows-per-second' = '1000000000',
  'fields.k.min' = '0', 'fields.k.max' = '999999', 'fields.v.min' = '0', 'fields.v.max' = '1000');
CREATE TABLE nowhere (k INT, n BIGINT, total BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT k, COUNT(*), SUM(v) FROM numbers GROUP BY k;
