import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

const BIN = join(import.meta.dirname, '../../bin/hushu.js');
const PORT = 8471;
const URL_OF = `http://localhost:${PORT}`;

interface Try { token: { user: string }; url: string; ask: { by: { idNumbers: string[] }; fields: string[] } }

/** What `npm start` runs, as a user sees it. The cases follow one another on the same data. */
describe('hushu up', () => {
  let data: string;
  let hubs: ChildProcess[];
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'hushu-start-'));
    chmodSync(data, 0o755);
    hubs = [];
  });
  afterEach(async () => {
    for (const hub of hubs.splice(0)) if (hub.exitCode === null && hub.signalCode === null) await stop(hub, 'SIGTERM');
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  function up(...args: string[]): { hub: ChildProcess; said: () => string; ready: Promise<string> } {
    // Without DATABASE_URL and REDIS_URL: a start of its own services is what is tested.
    const { DATABASE_URL: _store, REDIS_URL: _bell, ...environment } = process.env;
    const hub = spawn(process.execPath, [BIN, 'up', '--port', String(PORT), ...args], {
      env: { ...environment, HUSHU_DATA: data, LANG: 'C', LC_ALL: 'C', NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    hubs.push(hub);
    let text = '';
    const ready = new Promise<string>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        text += chunk.toString();
        if (text.includes('Ctrl-C stops it')) resolve(text);
      };
      hub.stdout!.on('data', take);
      hub.stderr!.on('data', take);
      hub.once('exit', (code) => reject(new Error(`the hub ended with ${code}:\n${text}`)));
    });
    ready.catch(() => undefined);
    return { hub, said: () => text, ready };
  }

  it('loads the demonstration district into an empty store and serves the record it offers to try', async () => {
    const text = await up('--people', '800').ready;
    expect(text.match(/published/g)).toHaveLength(12);
    const call = callOf(text);
    const [item] = await query(call);
    expect(item).toMatchObject({ status: 'found', record: { identity: { name: expect.any(String) }, marriage: { since: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) } } });
    expect(existsSync(join(data, 'demonstration'))).toBe(false);
    expect((await fetch(`${URL_OF}/`)).status).toBe(200);
    expect((await fetch(`${URL_OF}/docs`)).status).toBe(200);
  });

  it('stops on Ctrl-C with nothing left running, and goes on with the same data', async () => {
    const first = up();
    const before = callOf(await first.ready);
    expect(await stop(first.hub, 'SIGINT')).toBe(0);
    expect(first.said()).toContain('Stopped; the data is kept');
    expect(processesOn(data)).toEqual([]);
    const text = await up().ready;
    expect(text).not.toContain('Making a demonstration district');
    expect(callOf(text)).toEqual(before);
    expect((await query(before))[0]).toMatchObject({ status: 'found' });
  });

  it('says so when it runs already, or when its port is taken', async () => {
    await up().ready;
    const second = up();
    await expect(second.ready).rejects.toThrow(/HUSHU-SERVICES-09 A hub already runs on .* http:\/\/localhost:8471/);
    expect(second.hub.exitCode).toBe(1);
    await stop(hubs[0]!, 'SIGTERM');

    const holder = await hold(PORT);
    const third = up();
    await expect(third.ready).rejects.toThrow(/HUSHU-SERVICES-16 Port 8471 is taken\nWhat to do: Choose another with --port or HUSHU_PORT/);
    holder.close();
  });

  it('starts again after everything was killed, with everything that was served before', async () => {
    const first = up();
    const call = callOf(await first.ready);
    const pids = processesOn(data);
    expect(pids.length).toBeGreaterThanOrEqual(5);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await until(() => processesOn(data).length === 0);
    await up().ready;
    expect((await query(call))[0]).toMatchObject({ status: 'found' });
  });

  it('refuses settings that are wrong, all at once', async () => {
    const wrong = up('--people', 'many');
    await expect(wrong.ready).rejects.toThrow(/ended with 2:\nHUSHU-SERVICES-15[\s\S]*HUSHU_PEOPLE/);
  });
});

/** The call of the last lines, taken apart as a shell would. */
function callOf(text: string): Try {
  const user = /-u '([^']+)'/.exec(text)![1]!;
  const [, url, ask] = /curl -s (http\S+\/v1\/persons\/query) .* -d '(\{.*\})'/.exec(text)!;
  return { token: { user }, url: url!, ask: JSON.parse(ask!) as Try['ask'] };
}

async function query({ token, url, ask }: Try): Promise<{ status: string; record?: unknown }[]> {
  const granted = await fetch(`${URL_OF}/oauth/token`, {
    method: 'POST', headers: { authorization: `Basic ${Buffer.from(token.user).toString('base64')}` }, body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: accessToken } = await granted.json() as { access_token: string };
  const reply = await fetch(url, {
    method: 'POST', headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }, body: JSON.stringify(ask),
  });
  expect(reply.status).toBe(200);
  return (await reply.json() as { items: { status: string; record?: unknown }[] }).items;
}

function stop(hub: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    hub.once('exit', (code) => resolve(code));
    hub.kill(signal);
  });
}

async function until(look: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !look(); await new Promise((done) => setTimeout(done, 50))) {
    if (Date.now() > end) throw new Error('it did not come to that within 30 s');
  }
}

function hold(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

/** Every process of the hub on this data: by its command, where it works, or what it was born with. */
function processesOn(folder: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (command === '' || command.startsWith('postgres: ') || pid === process.pid) return false;
      return `${command} ${readlinkSync(`/proc/${pid}/cwd`)}`.includes(folder) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HUSHU_DATA=${folder}`);
    } catch {
      return false;
    }
  });
}
