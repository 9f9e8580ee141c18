<?php

function cart(): Cart
{
    return unserialize($_COOKIE['cart']);
}
