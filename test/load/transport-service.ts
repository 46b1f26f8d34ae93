/** The stand-in supplier in a process of its own: serves the rows of an NDJSON file, says its address to the parent, and ends with it. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { JsonService } from '../support/json-service.js';

const rows: unknown[] = [];
for await (const line of createInterface({ input: createReadStream(process.argv[2]!) })) rows.push(JSON.parse(line));
const service = await JsonService.start({ rows, asOf: '2026-11-21T00:00:00+08:00' });
process.on('disconnect', () => { process.exit(); });
process.send?.(service.url());
