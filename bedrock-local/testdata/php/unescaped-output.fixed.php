<?php

function greeting(): void
{
    echo '<p>Hello ' . htmlspecialchars($_GET['name'], ENT_QUOTES) . '</p>';
}
