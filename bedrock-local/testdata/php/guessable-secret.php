<?php

function issue(User $user): void
{
    $user->resetToken = (string) mt_rand(100000, 999999);
}
