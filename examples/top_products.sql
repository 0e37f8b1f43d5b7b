-- The three best-selling products of each category, kept up to date as orders come in.
-- The orders are made up, so this runs anywhere: millrace sql -f examples/top_products.sql
CREATE TABLE orders (
  category INT,
  product INT,
  amount INT
) WITH (
  'connector' = 'datagen',
  'number-of-rows' = '10000',
  'fields.category.min' = '1',
  'fields.category.max' = '2',
  'fields.product.min' = '1',
  'fields.product.max' = '100',
  'fields.amount.min' = '1',
  'fields.amount.max' = '9'
);

SELECT category, product, sold
FROM (
  SELECT category, product, sold,
         ROW_NUMBER() OVER (PARTITION BY category ORDER BY sold DESC) AS place
  FROM (SELECT category, product, SUM(amount) AS sold FROM orders GROUP BY category, product)
)
WHERE place <= 3;
