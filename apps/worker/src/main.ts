import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { armKillPoint } from '#runs';
import { readSettings, readWorkerSettings } from '#services';
import { WorkerModule } from './worker.module.js';

const log = (entry: object) => process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);

const settings = await readSettings();
const own = await readWorkerSettings();
if (own.HUSHU_KILL_AT !== undefined) {
  const [name, nth] = own.HUSHU_KILL_AT.split('#');
  armKillPoint(name, Number(nth));
}
const app = await NestFactory.createApplicationContext(
  await WorkerModule.create({ settings, keepDeliveries: own.HUSHU_KEEP_DELIVERIES === 'on', log }),
  { logger: ['warn', 'error'], abortOnError: false },
);
app.enableShutdownHooks();
log({ level: 'info', at: 'worker', ready: true });
process.send?.({ ready: true });
