import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inheritedEnvironment, readSettings, type Settings, Supervisor } from '#services';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import type { Output } from '../frame/output.js';
import { gatewayAnswers } from './gateway-answers.js';

interface Options { port?: string; people?: string; empty?: boolean; console: boolean }

/** Starts the hub and stays until it is asked to stop. */
export const run: Work<Options> = async ({ output, options }) => {
  const settings = await readSettings({
    ...(options.port === undefined ? {} : { HUSHU_PORT: options.port }), ...(options.people === undefined ? {} : { HUSHU_PEOPLE: options.people }),
  });
  const supervisor = new Supervisor(supervision(settings, options, output));
  const leaving = new AbortController();
  const left = stopOnSignal(supervisor, leaving, output);
  try {
    const hub = await supervisor.start();
    const { welcome } = await import('./welcome.js');
    await welcome({ hub, settings, output, empty: options.empty ?? false, signal: leaving.signal });
  } catch (error) {
    if (leaving.signal.aborted) return await left;
    await supervisor.stop();
    throw error;
  }
  return left;
};

function supervision(settings: Settings, options: Options, output: Output): ConstructorParameters<typeof Supervisor>[0] {
  const program = (name: 'worker' | 'gateway'): { name: string; entry: string; warm: string[] } => {
    const file = (of: string): string => join(settings.root, 'dist', 'programs', of);
    // Everything a program is made of, beside its main file, is loaded while PostgreSQL starts.
    return { name, entry: file(`${name}.js`), warm: [`${name}.module.js`, 'checking.js'].map((of) => pathToFileURL(file(of)).href) };
  };
  const prepared = import('../migrate/prepare.js').then(({ preparation }) => preparation(settings));
  // Told where it is waited for; until then nobody listens.
  prepared.catch(() => undefined);
  return {
    dataFolder: settings.HUSHU_DATA,
    cacheFolder: settings.HUSHU_CACHE,
    ...(settings.DATABASE_URL ? { databaseUrl: settings.DATABASE_URL } : {}),
    ...(settings.REDIS_URL ? { redisUrl: settings.REDIS_URL } : {}),
    gatewayPort: settings.HUSHU_PORT,
    processes: [
      { ...program('worker'), graceMs: 20_000 },
      // A call's garbage is young: room for it makes answers a fifth cheaper.
      { ...program('gateway'), nodeArgs: ['--max-semi-space-size=32'], answers: (signal) => gatewayAnswers(settings.HUSHU_PORT, signal) },
    ],
    environment: inheritedEnvironment(),
    settings: {
      HUSHU_PORT: String(settings.HUSHU_PORT), HUSHU_DATA: settings.HUSHU_DATA, HUSHU_CONFIG: settings.HUSHU_CONFIG,
      HUSHU_CACHE: settings.HUSHU_CACHE, HUSHU_CONSOLE: options.console ? 'on' : 'off',
    },
    prepare: async (store) => { await (await prepared)(store); },
    say: (line) => output.say(line),
  };
}

/** Ctrl-C, `kill` and a closed terminal stop everything in order; what comes after the first changes nothing. */
function stopOnSignal(supervisor: Supervisor, leaving: AbortController, output: Output): Promise<typeof EXIT.ok> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      if (leaving.signal.aborted) return;
      leaving.abort();
      output.say({ zh: '正在停止……', en: 'Stopping …' });
      supervisor.stop().then(() => {
        output.say({ zh: '已停止,数据都在', en: 'Stopped; the data is kept' });
        resolve(EXIT.ok);
      }, reject);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  });
}
