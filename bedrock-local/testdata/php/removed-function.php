<?php

function tags(string $text): array
{
    return split(',', $text);
}
