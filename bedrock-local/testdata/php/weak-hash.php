<?php

function store(User $user, string $password): void
{
    $user->hash = md5($password);
}
