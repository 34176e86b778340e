#!/usr/bin/env bash
# ini 0.4.2 for Haskell (Debian 12), `parseIni`, which takes a colon as well as an equals sign between key and value, and writes colons.
# Expected: `secret:hidden` is read as `secret: hidden` and `secret=hidden` are.
# Seen: the value is "idden". What comes after a colon is taken for a space and dropped, whatever it is.
# Why it matters: a secret without its first letter is refused, an address is "ttps://…", and the file looks right; other programs, such as
# Python's configparser, read it rightly.
set -euo pipefail
{ command -v ghc && [ -d /usr/share/doc/libghc-ini-dev ]; } > /dev/null ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends ghc libghc-ini-dev > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libghc-ini-dev)
[ "$version" = 0.4.2-1 ] || { echo "libghc-ini-dev is $version, and not 0.4.2-1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > Program.hs <<'HS'
{-# LANGUAGE OverloadedStrings #-}
import Control.Monad (forM, unless)
import Data.Ini (lookupValue, parseIni)
import qualified Data.Text as T
import System.Exit (die)

main :: IO ()
main = do
  seen <- forM ["secret = hidden", "secret=hidden", "secret: hidden", "secret:hidden", "secret:https://api.example"] $ \line -> do
    let value = parseIni (T.concat ["[login]\n", line, "\n"]) >>= lookupValue "login" "secret"
    putStrLn (T.unpack line ++ " is read as " ++ show value)
    return value
  let right = Right "hidden"
  unless (seen == [right, right, right, Right "idden", Right "ttps://api.example"]) (die "the behaviour has changed")
HS
ghc -v0 Program.hs
echo "GHC $(ghc --numeric-version), libghc-ini-dev $version"
./Program
