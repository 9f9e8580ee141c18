SELECT id
FROM articles
WHERE title LIKE '%lambda%';
