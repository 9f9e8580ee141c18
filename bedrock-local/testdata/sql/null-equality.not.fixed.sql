SELECT id FROM users WHERE confirmed_at IS NOT NULL;
