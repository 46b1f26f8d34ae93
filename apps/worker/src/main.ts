import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { armKillPoint, recordKillPoints } from '#runs';
import { readSettings, readWorkerSettings } from '#services';
import { WorkerModule } from './worker.module.js';

/** Milliseconds that a polite end may take; less than what the supervisor waits before it kills. */
const LEAVE_WITHIN = 15_000;

const log = (entry: object) => process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);

const settings = await readSettings();
const own = await readWorkerSettings();
if (own.HUSHU_KILL_AT !== undefined) armKillPoint(own.HUSHU_KILL_AT);
if (own.HUSHU_TELL_POINTS === 'on') recordKillPoints((point, run) => log({ level: 'debug', at: 'kill-point', point, run }));
const app = await NestFactory.createApplicationContext(
  await WorkerModule.create({ settings, own, log }),
  { logger: ['warn', 'error'], abortOnError: false },
);
app.enableShutdownHooks();
// A queue or store that has gone away must not keep a worker that was asked to leave: what it did not finish, its lease gives to another.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => { setTimeout(() => { process.exit(1); }, LEAVE_WITHIN).unref(); });
}
log({ level: 'info', at: 'worker', ready: true });
process.send?.({ ready: true });
