#!/usr/bin/env bash
# ini4j 0.5.4 for Java (Debian 12), which changes one entry of a file, and Python's configparser, which reads it afterwards.
# Expected: the entries that were not touched are as they were.
# Seen: an address is written as `https\://…`, and a secret with "=" at its end as `…\=`; colons and equals signs in values get a backslash
# each, which ini4j takes away when it reads, and no other program does. `Wini`, for Windows, writes them as they were.
# Why it matters: one program stores a new token, and the other programs that share the file log in at no address, with a wrong secret.
set -euo pipefail
{ [ -f /usr/share/java/ini4j.jar ] && command -v javac > /dev/null; } ||
  { apt-get update -qq > /dev/null && apt-get install -y -qq --no-install-recommends default-jdk-headless libini4j-java > /dev/null 2>&1; }
version=$(dpkg-query -W -f '${Version}' libini4j-java)
[ "$version" = 0.5.4-1 ] || { echo "libini4j-java is $version, and not 0.5.4-1" && exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '%s\n' '[login]' 'url = https://api.example/token' 'secret = c2VjcmV0cw==' 'token = first' | tee ini.ini > wini.ini
cat > Program.java <<'JAVA'
import java.io.File;
import org.ini4j.Ini;
import org.ini4j.Wini;

public class Program {
  public static void main(String[] none) throws Exception {
    for (Ini file : new Ini[] {new Ini(new File("ini.ini")), new Wini(new File("wini.ini"))}) {
      file.put("login", "token", "second");
      file.store();
    }
  }
}
JAVA
cat > program.py <<'PY'
import configparser

seen = {}
for name in ("wini", "ini"):
    file = configparser.ConfigParser(interpolation=None)
    file.read(f"{name}.ini")
    seen[name] = dict(file["login"])
    print(name, seen[name])
right = {"url": "https://api.example/token", "secret": "c2VjcmV0cw==", "token": "second"}
wrong = {"url": "https\\://api.example/token", "secret": "c2VjcmV0cw\\=\\=", "token": "second"}
assert seen == {"wini": right, "ini": wrong}, "the behaviour has changed"
PY
echo "$(java -version 2>&1 | head -1), libini4j-java $version, $(/usr/bin/python3 --version)"
java -cp /usr/share/java/ini4j.jar Program.java
/usr/bin/python3 program.py
