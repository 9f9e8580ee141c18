<?php

function sum(array $values): int
{
    $total = 0;
    for ($i = 0; $i < count($values); $i++) {
        $total += $values[$i];
    }
    return $total;
}
