#!/usr/bin/env bash
# AWS SDK for JavaScript 3.1177.0 (@aws-sdk/client-sts), with a credential_process that cannot give credentials.
# Expected: what the process says on stderr ("Log in first: example login") reaches the person, as it does by botocore, or at
# least its exit code does.
# Seen: the error is "Could not load credentials from any providers", without a cause: it holds neither.
# Why it matters: a person whose login has ended is told nothing of it, and looks for a fault in the configuration.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' > package.json
npm install --loglevel=error --no-audit --no-fund --ignore-scripts @aws-sdk/client-sts@3.1177.0 > /dev/null
printf '#!/bin/sh\necho "Log in first: example login" >&2\nexit 3\n' > process.sh
chmod +x process.sh
printf '[default]\nregion = eu-west-1\ncredential_process = %s/process.sh\n' "$folder" > config
cat > program.mjs <<'JS'
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const error = await new STSClient({}).send(new GetCallerIdentityCommand()).catch((error) => error);
console.log(`${error.name}: ${error.message}`, 'cause:', error.cause);
assert.match(error.message, /Could not load credentials/);
assert.doesNotMatch(inspect(error, { depth: 9 }), /Log in first/);
JS
echo "node $(node --version), @aws-sdk/client-sts 3.1177.0"
unset "${!AWS_@}"
AWS_CONFIG_FILE=config AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true node program.mjs
