INSERT INTO users
VALUES (1, 'ada', 'ada@example.org');
