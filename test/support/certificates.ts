import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export interface Certificate { key: string; cert: string; certFile: string; keyFile: string }

/** An authority of its own, made by openssl as a supplier's is; `by` null: signed by itself. */
export async function makeCertificate(folder: string, name: string, host: string, by: Certificate | null, days: { from: string; until: string } | null = null): Promise<Certificate> {
  const at = (end: string): string => join(folder, `${name}.${end}`);
  const [keyFile, certFile] = [at('key'), at('pem')];
  await run('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile, '-out', at('csr'), '-subj', `/CN=${name}`]);
  await writeFile(at('ext'), `subjectAltName=${/^[\d.]+$/.test(host) ? 'IP' : 'DNS'}:${host}\nbasicConstraints=critical,CA:${by === null ? 'TRUE' : 'FALSE'}\n`);
  if (days === null) {
    const signer = by === null ? ['-signkey', keyFile] : ['-CA', by.certFile, '-CAkey', by.keyFile, '-CAcreateserial'];
    await run('openssl', ['x509', '-req', '-in', at('csr'), '-days', '30', '-extfile', at('ext'), '-out', certFile, ...signer]);
  } else {
    // Only `openssl ca` takes dates in the past in every version.
    await writeFile(at('index'), '');
    await writeFile(at('serial'), '1001\n');
    await writeFile(at('cnf'), `[ca]\ndefault_ca=d\n[d]\ndatabase=${at('index')}\nserial=${at('serial')}\nnew_certs_dir=${folder}\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n`);
    await run('openssl', ['ca', '-batch', '-notext', '-config', at('cnf'), '-extfile', at('ext'), '-in', at('csr'), '-out', certFile, '-startdate', days.from, '-enddate', days.until,
      '-cert', by!.certFile, '-keyfile', by!.keyFile]);
  }
  return { keyFile, certFile, key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
}
