<?php

function readNote(string $path): string
{
    return (string) @file_get_contents($path);
}
