/** The thread itself: sources run in the calling thread (Node loads no TypeScript), so here the compiled form is run as the product runs it. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { transformFile, type Options } from '@swc/core';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hushu-thread-'));
  const options = JSON.parse(await readFile(join(ROOT, '.swcrc'), 'utf8')) as Options;
  for (const lib of ['kernel', 'keys']) {
    const files = await readdir(join(ROOT, 'libs', lib, 'src'), { recursive: true });
    await Promise.all(files.filter((f) => f.endsWith('.ts') && !f.endsWith('.spec.ts')).map(async (file) => {
      const { code } = await transformFile(join(ROOT, 'libs', lib, 'src', file), { ...options, swcrc: false, sourceMaps: false });
      const target = join(dir, lib, file.replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }));
  }
  await writeFile(join(dir, 'package.json'), JSON.stringify({ type: 'module', imports: { '#kernel': './kernel/index.js', '#keys': './keys/index.js' } }));
});
afterAll(async () => { await rm(dir, { recursive: true }); });

/** Runs a program in the compiled tree and returns what it says. */
async function run(program: string): Promise<unknown> {
  const path = join(dir, 'program.js');
  await writeFile(path, `
    import { createReadStream } from 'node:fs';
    import { mkdir, open, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
    import { buffer } from 'node:stream/consumers';
    import { Keys } from '#keys';
    const sealer = new Keys(new Map([[1, Buffer.alloc(32, 1)]])).sealer();
    const codeOf = (promise) => promise.then(() => null, (error) => error.code ?? error.message);
    const folder = new URL('files/', import.meta.url).pathname;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    const plain = Buffer.alloc(3_000_000, 'a row of a delivery, ');
    await writeFile(folder + 'plain', plain);
    const say = (answer) => console.log(JSON.stringify(answer));
    ${program}
  `);
  const { stdout } = await promisify(execFile)(process.execPath, [path], { timeout: 60_000 });
  return JSON.parse(stdout);
}

describe('the sealing thread', () => {
  it('seals and opens a file, leaves the main thread free, and lets the process end', async () => {
    const answer = await run(`
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      const sealed = await sealer.sealFile(folder + 'plain', folder + 'sealed');
      clearInterval(timer);
      const opened = await buffer(sealer.openFile(folder + 'sealed'));
      const byStream = await buffer(createReadStream(folder + 'sealed').pipe(sealer.openStream()));
      say({ bytes: sealed.bytes, free: ticks > 3, same: opened.equals(plain) && byStream.equals(plain), left: (await readdir(folder)).sort() });
    `);
    expect(answer).toEqual({ bytes: 3_000_000, free: true, same: true, left: ['plain', 'sealed'] });
  });

  it('says what is wrong as the stream does', async () => {
    const answer = await run(`
      await sealer.sealFile(folder + 'plain', folder + 'sealed');
      const other = new Keys(new Map([[1, Buffer.alloc(32, 2)]])).sealer();
      const key = await codeOf(buffer(other.openFile(folder + 'sealed')));
      const { length } = await readFile(folder + 'sealed');
      await truncate(folder + 'sealed', length - 1);
      const cut = await codeOf(buffer(sealer.openFile(folder + 'sealed')));
      const missing = [await codeOf(buffer(sealer.openFile(folder + 'none'))), await codeOf(sealer.sealFile(folder + 'none', folder + 'new'))];
      say({ key, cut, missing, left: (await readdir(folder)).sort() });
    `);
    expect(answer).toEqual({ key: 'HUSHU-KEYS-11', cut: 'HUSHU-KEYS-13', missing: ['ENOENT', 'ENOENT'], left: ['plain', 'sealed'] });
  });

  it('stops when told to, and leaves nothing behind', async () => {
    const answer = await run(`
      await writeFile(folder + 'large', Buffer.alloc(80_000_000, 'a row of a delivery, '));
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error('enough')), 150);
      const sealing = await codeOf(sealer.sealFile(folder + 'large', folder + 'sealed', abort.signal));
      await sealer.sealFile(folder + 'large', folder + 'sealed');
      const stream = sealer.openFile(folder + 'sealed');
      for await (const chunk of stream) break;
      say({ sealing, destroyed: stream.destroyed, left: (await readdir(folder)).sort() });
    `);
    expect(answer).toEqual({ sealing: 'enough', destroyed: true, left: ['large', 'plain', 'sealed'] });
  });
});
