<?php

function compute(string $formula)
{
    return eval('return ' . $formula . ';');
}
