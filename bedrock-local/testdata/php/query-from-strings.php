<?php

function findUser(PDO $db, string $name)
{
    return $db->query("SELECT id FROM users WHERE name = '$name'");
}
