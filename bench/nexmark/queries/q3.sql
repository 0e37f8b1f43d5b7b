-- q3: who in three states sells in category 10. A regular join whose two sides are kept for ever.
CREATE TABLE answer (
  name STRING, city STRING, state STRING, id BIGINT
) WITH ('connector' = 'blackhole');

INSERT INTO answer
SELECT seller.name, seller.city, seller.state, item.id
FROM auction AS item
INNER JOIN person AS seller ON item.seller = seller.id
WHERE item.category = 10 AND seller.state IN ('OR', 'ID', 'CA');
