<?php

function pay(Cart $cart): int
{
    $total = $cart->total();
    xdebug_break();
    return $total;
}
