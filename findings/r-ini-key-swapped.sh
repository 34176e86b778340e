#!/usr/bin/env bash
# ini 0.3.1 for R (Debian 12; the newest there is), `read.ini`, with a section that has an entry named `key`.
# Expected: each name has the value that stands beside it.
# Seen: a `key` and the `secret` after it have exchanged their values; with more names each takes the value before it, and `key` the
# last one. Each entry is put in under the name "key", and then the first one that is named so gets the new name.
# Why it matters: APIs have a `key` and a `secret`, and the secret is then sent where the key is to be, in the open.
# Where `key` comes last, or is called `api_key`, all is well.
set -euo pipefail
Rscript -e 'library(ini)' > /dev/null 2>&1 ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends r-base-core r-cran-ini > /dev/null 2>&1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '%s\n' '[two]' 'key = of-app' 'secret = hidden' '[three]' 'key = of-app' 'secret = hidden' 'host = api.example' > first.ini
printf '%s\n' '[last]' 'secret = hidden' 'host = api.example' 'key = of-app' > last.ini
cat > program.R <<'R'
seen <- c(ini::read.ini("first.ini"), ini::read.ini("last.ini"))
for (name in names(seen)) cat(name, ": ", paste(names(seen[[name]]), unlist(seen[[name]]), sep = " = ", collapse = ", "), "\n", sep = "")
two <- list(secret = "of-app", key = "hidden")
three <- list(secret = "of-app", host = "hidden", key = "api.example")
right <- list(secret = "hidden", host = "api.example", key = "of-app")
if (!identical(seen, list(two = two, three = three, last = right))) stop("the behaviour has changed")
R
echo "R $(Rscript -e 'cat(as.character(getRversion()))'), $(dpkg-query -W r-cran-ini | tr '\t' ' ')"
Rscript program.R
