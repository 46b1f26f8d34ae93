import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { armKillPoint, recordKillPoints } from '#runs';
import { readSettings, readWorkerSettings } from '#services';
import { WorkerModule } from './worker.module.js';

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
log({ level: 'info', at: 'worker', ready: true });
process.send?.({ ready: true });
