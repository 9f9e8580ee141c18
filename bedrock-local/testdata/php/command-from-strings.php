<?php

function thumbnail(string $file): void
{
    shell_exec("convert $file thumb.png");
}
