<?php

function isAdmin(array $user): bool
{
    return $user['role'] === 'admin';
}
