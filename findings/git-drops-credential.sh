#!/usr/bin/env bash
# git 2.47.3 (Debian 13), a credential helper that answers with the fields `authtype` and `credential`, which git has offered.
# Expected: git had written capability[]=authtype to the helper, so that it takes them, or says what is wrong.
# Seen: unless the answer repeats capability[]=authtype, git drops both fields. `git credential fill` then ends with exit
# code 0 and without any credentials; it neither asks nor warns.
# Why it matters: the helper gave a good token and git says that all went well, but who called it has nothing to send.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download git libc6 libpcre2-8-0 zlib1g
for file in *.deb; do dpkg -x "$file" root; done
libraries=$(dirname root/usr/lib/*/libc.so.6)
loader=$(echo "$libraries"/ld-linux-*.so.*)
git=("$loader" --library-path "$libraries" root/usr/bin/git --exec-path="$folder/root/usr/lib/git-core")
cat > helper <<'SH'
#!/bin/sh
cat >> asked
if [ -e repeats ]; then echo 'capability[]=authtype'; fi
printf 'authtype=Bearer\ncredential=token\n'
SH
chmod +x helper
export HOME="$folder" GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
fill() {
  printf 'capability[]=authtype\nprotocol=https\nhost=git.example\n\n' |
    "${git[@]}" -c "credential.helper=!'$folder/helper'" credential fill 2>&1
}
"${git[@]}" --version
without=$(fill) && code=0 || code=$?
touch repeats
with=$(fill)
printf 'git to the helper:\n%s\nafter an answer without capability[], exit code %s:\n%s\n' "$(sort -u asked)" "$code" "$without"
printf 'and with it:\n%s\n' "$with"
grep -qFx 'capability[]=authtype' asked
[ "$code" = 0 ]
if grep -qE '^(credential|password)=' <<< "$without"; then exit 1; fi
grep -qFx credential=token <<< "$with"
