<?php

function isOpen(Shop $shop): bool
{
    $state = $shop->state();
    if ($state === 'closed') {
        return false;
    }
    return true;
}
