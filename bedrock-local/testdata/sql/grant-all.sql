GRANT ALL PRIVILEGES ON shop.* TO 'web'@'%';
