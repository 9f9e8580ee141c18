<?php

function greeting(): void
{
    echo '<p>Hello ' . $_GET['name'] . '</p>';
}
