<?php

function pay(Cart $cart): int
{
    $total = $cart->total();
    return $total;
}
