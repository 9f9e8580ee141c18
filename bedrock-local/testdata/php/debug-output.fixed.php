<?php

function pay(Cart $cart): int
{
    return $cart->total();
}
