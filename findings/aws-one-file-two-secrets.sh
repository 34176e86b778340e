#!/usr/bin/env bash
# One ~/.aws/credentials, read by botocore 1.29.27 (Debian 12) and by the AWS SDK for JavaScript 3.1177.0.
# Expected: both SDKs find the same profiles and the same secrets in it.
# Seen: a comment behind the secret (" # rotated in May") is part of the secret for botocore, and a comment for JavaScript.
# "key: value" is read by botocore, and for JavaScript the profile is not there. So are keys in capitals.
# Why it matters: a file that works for the command line fails for a service, with a signature error that names no line.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @aws-sdk/client-sts@3.1177.0 > /dev/null
lists="$folder/apt"
mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$folder/root"
mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | awk '/ Debian( |$)/ { print $1; exit }')
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > "$lists/sources.list"
apt=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
  -o Dir::State::status=/dev/null -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update
apt-get "${apt[@]}" download python3-botocore python3-jmespath python3-dateutil python3-urllib3 python3-six
for file in *.deb; do dpkg -x "$file" root; done
cat > credentials <<'INI'
[plain]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = abc#def
[comment]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = abc # rotated in May
[colons]
aws_access_key_id: AKIAEXAMPLE
aws_secret_access_key: abc
[capitals]
AWS_ACCESS_KEY_ID = AKIAEXAMPLE
AWS_SECRET_ACCESS_KEY = abc
INI
cat > program.mjs <<'JS'
import { STSClient } from '@aws-sdk/client-sts';
for (const profile of ['plain', 'comment', 'colons', 'capitals']) {
  const found = await new STSClient({ region: 'eu-west-1', profile }).config.credentials().catch(() => undefined);
  console.log(`${profile}: ${found ? found.secretAccessKey : 'none'}`);
}
JS
cat > program.py <<'PY'
from botocore.session import Session
for profile in ['plain', 'comment', 'colons', 'capitals']:
    found = Session(profile=profile).get_credentials()
    print(f"{profile}: {found.secret_key if found else 'none'}")
PY
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE="$folder/credentials" AWS_EC2_METADATA_DISABLED=true
export PYTHONPATH="$folder/root/usr/lib/python3/dist-packages"
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
echo "node $(node --version), @aws-sdk/client-sts 3.1177.0, botocore $(python3 -c 'import botocore; print(botocore.__version__)')"
botocore=$(python3 program.py)
javascript=$(node program.mjs)
printf 'botocore:\n%s\nJavaScript:\n%s\n' "$botocore" "$javascript"
[ "$botocore" = $'plain: abc#def\ncomment: abc # rotated in May\ncolons: abc\ncapitals: abc' ]
[ "$javascript" = $'plain: abc#def\ncomment: abc\ncolons: none\ncapitals: none' ]
