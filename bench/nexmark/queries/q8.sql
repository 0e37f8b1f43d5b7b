-- q8: persons who open an auction in the 10 seconds in which they register. A window join.
CREATE TABLE answer (id BIGINT, name STRING, stime TIMESTAMP(3)) WITH ('connector' = 'blackhole');

INSERT INTO answer
WITH registered AS (
  SELECT window_start, window_end, id, name
  FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end, id, name
), selling AS (
  SELECT window_start, window_end, seller
  FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end, seller
)
SELECT registered.id, registered.name, registered.window_start AS stime
FROM registered
INNER JOIN selling
  ON registered.id = selling.seller
  AND registered.window_start = selling.window_start
  AND registered.window_end = selling.window_end;
