<?php

function sameId(User $left, User $right): bool
{
    return $left->id == $right->id;
}
