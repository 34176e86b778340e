/** The SDKs of AWS, at a server that changes tokens for keys, and says whose keys they are. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { whileListening } from './listen.mjs';

const role = 'arn:aws:iam::123456789012:role/reader';

/** Runs `task(env, sts)`, where `sts.keys` counts the keys given and `sts.life` is their life in seconds. */
export function withAws(login, task) {
  const sts = { keys: 0, life: 3600 };
  const respond = async (request, response, body) => {
    const form = new URLSearchParams(body.toString());
    const answer = (name, content) =>
      response
        .writeHead(200, { 'content-type': 'text/xml' })
        .end(
          `<${name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${name}Result>${content}</${name}Result></${name}Response>`,
        );
    if (form.get('Action') === 'GetCallerIdentity') {
      const [, key] = /Credential=(\w+)\//.exec(request.headers.authorization ?? '') ?? [];
      return answer('GetCallerIdentity', `<Arn>${role}</Arn><UserId>${key}</UserId><Account>123456789012</Account>`);
    }
    if (!(await login.takes(form.get('WebIdentityToken')))) {
      return response
        .writeHead(400, { 'content-type': 'text/xml' })
        .end('<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>');
    }
    sts.keys++;
    const end = new Date(Date.now() + sts.life * 1000).toISOString().replace(/\.\d+/, '');
    const keys = `<AccessKeyId>ASIA${sts.keys}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
    answer('AssumeRoleWithWebIdentity', `<Credentials>${keys}<Expiration>${end}</Expiration></Credentials>`);
  };
  return whileListening(respond, (host) => {
    const config = path.join(login.folder, 'aws-config');
    writeFileSync(
      config,
      `[default]\nregion = eu-west-1\ncredential_process = ${login.program('aws', 'aws', [role])}\n`,
    );
    const env = {
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    return task({ ...env, AWS_ENDPOINT_URL_STS: `http://${host}`, CALLS: '1' }, sts);
  });
}

/** Asks `CALLS` times whose keys these are. */
export const botocoreProgram = `
import os
from botocore.session import Session
sts = Session().create_client('sts', endpoint_url=os.environ['AWS_ENDPOINT_URL_STS'])
for _ in range(int(os.environ['CALLS'])):
    sts.get_caller_identity()
`;

/** The same in JavaScript. */
export const sdkProgram = `
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
const sts = new STSClient({});
for (let call = 0; call < Number(process.env.CALLS); call++) await sts.send(new GetCallerIdentityCommand());
`;
