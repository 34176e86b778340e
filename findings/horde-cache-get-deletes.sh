#!/usr/bin/env bash
# Horde_Cache 2.5.5 for PHP (Debian 12), with its storage for files, and an entry that was stored for an hour.
# Expected: `get('token')` gives the entry for an hour, and looking changes nothing; it does so with the storage in memory.
# Seen: three seconds later it gives nothing, and deletes the entry, for those too who ask rightly. `get` has a lifetime of its own, which
# is one second unless given, and by which the age of the file is judged; the hour of `set` is for the clearing away only.
# Why it matters: a test stores and reads at once, or in memory. In service one careless look, a debug line, throws away what was
# to be held for an hour, each time.
set -euo pipefail
{ command -v php && [ -e /usr/share/php/Horde/Cache.php ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends php8.2-cli php-horde-cache > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir cache
cat > program.php <<'PHP'
<?php
spl_autoload_register(fn ($class) => @include_once str_replace('_', '/', $class) . '.php');

$seen = [];
$storages = ['file' => new Horde_Cache_Storage_File(['dir' => 'cache']), 'memory' => new Horde_Cache_Storage_Memory()];
foreach ($storages as $name => $storage) {
    $cache = new Horde_Cache($storage);
    $cache->set('token', 'held', 3600);
    $seen[$name]['at once'] = $cache->get('token');
    sleep(3);
    $seen[$name]['after 3 s, for an hour'] = $cache->get('token', 3600);
    $seen[$name]['after 3 s'] = $cache->get('token');
    $seen[$name]['once more, for an hour'] = $cache->get('token', 3600);
    echo $name, ': ', json_encode($seen[$name]), "\n";
}
$same = array_values($seen['file']) === ['held', 'held', false, false] && array_values($seen['memory']) === ['held', 'held', 'held', 'held'];
if (!$same) {
    echo "the behaviour has changed\n";
    exit(1);
}
PHP
echo "php $(php -r 'echo PHP_VERSION;'), $(dpkg-query -W php-horde-cache | tr '\t' ' ')"
php -d error_reporting=0 program.php
