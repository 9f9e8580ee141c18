SELECT id FROM users WHERE confirmed_at != NULL;
