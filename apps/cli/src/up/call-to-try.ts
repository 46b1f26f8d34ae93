import { join } from 'node:path';
import { loadKeys, openDocument } from '#keys';
import type { Demonstration } from '../demonstration.js';

/** A call that anyone can paste into a shell: a token for the demonstration's department, then one person's record. */
export async function callToTry(url: string, dataFolder: string, { client, example }: Demonstration): Promise<string | undefined> {
  if (example === undefined) return undefined;
  const { number: idNumber } = openDocument(await loadKeys(join(dataFolder, 'keys')), example);
  const ask = JSON.stringify({
    grant: 'demo-civil-affairs',
    purpose: { code: 'elderly-care', caseNo: 'TRY-1' },
    operator: { id: '1001', name: '演示', unit: '区民政局' },
    by: { idNumbers: [idNumber] },
    fields: ['identity.name', 'identity.birthDate', 'registration.address', 'residence.division', 'marriage.since', 'marriage.authority'],
    include: ['provenance'],
  });
  return [
    `  TOKEN=$(curl -s -u '${client.id}:${client.secret}' -d grant_type=client_credentials ${url}/oauth/token | node -pe 'JSON.parse(require("fs").readFileSync(0)).access_token')`,
    `  curl -s ${url}/v1/persons/query -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '${ask}'`,
  ].join('\n');
}
