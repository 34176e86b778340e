/** Lists what is shared with group applications, one for each file: `node dist/isogeo/group.js client_secrets.json …` */
import { AuthFlowError } from '@latchkey/core';
import { groupFlow } from './group-flow.js';
import { IsogeoApi } from './isogeo-api.js';
import { apiOf, isogeoCredentials } from './isogeo-credentials.js';

const files = process.argv.slice(2);
if (files.length === 0) files.push('client_secrets.json');

try {
  const lists = await Promise.all(files.map(listShares));
  for (const list of lists) console.log(list);
} catch (error) {
  if (!(error instanceof AuthFlowError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
}

async function listShares(file: string): Promise<string> {
  const api = apiOf(await isogeoCredentials(file));
  const flow = await groupFlow(file, { allowedOrigins: [new URL(api).origin] });
  const shares = await new IsogeoApi(flow, api).shares();
  return [`${file}: ${shares.length} shares`, ...shares.map(({ name }) => `  ${name}`)].join('\n');
}
