-- q4: the average winning price of each category. The winning prices change while bids arrive, so
-- that the average is taken over an input with retractions.
CREATE TABLE answer (category BIGINT, price BIGINT) WITH ('connector' = 'blackhole');

INSERT INTO answer
WITH winning AS (
  SELECT item.id, item.category, MAX(offer.price) AS price
  FROM auction AS item
  INNER JOIN bid AS offer ON offer.auction = item.id
  WHERE offer.`dateTime` BETWEEN item.`dateTime` AND item.expires
  GROUP BY item.id, item.category
)
SELECT category, AVG(price) AS price
FROM winning
GROUP BY category;
