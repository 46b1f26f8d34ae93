import { openDocument } from '#keys';
import { type Demonstration } from '../demonstration.js';
import { withStore } from '../frame/store.js';

/** A call that anyone can paste into a shell: a token for the demonstration's department, then one person's record. */
export async function callToTry(url: string, { client }: Demonstration): Promise<string | undefined> {
  const idNumber = await someNumber();
  if (idNumber === undefined) return undefined;
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

/**
 * The number of a person of the demonstration, opened from its token; nobody's, since the district is invented.
 * One of whom several registers speak, so that the answer shows a unified record.
 */
async function someNumber(): Promise<string | undefined> {
  return withStore(async ({ database, keys }) => {
    const { rows: [row] } = await database.pool('operations').query<{ document: string }>(
      `select document from registry.registered_identity i join registry.person p using (person)
        where exists (select from registry.marriage_row m where m.person = i.person) and i.death_date is null
        order by i.person limit 1`);
    return row && openDocument(keys, row.document).number;
  });
}
