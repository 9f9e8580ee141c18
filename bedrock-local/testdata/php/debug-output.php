<?php

function pay(Cart $cart): int
{
    var_dump($cart);
    return $cart->total();
}
