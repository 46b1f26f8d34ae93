/**
 * Loaded before the worker's and the gateway's own code. Two things belong here because they must hold whatever
 * that code does: a process whose supervisor has died ends too, and modules that take a second to load are loaded
 * while PostgreSQL is still starting. The program itself begins when the supervisor sends its settings.
 * Threads and children of the program inherit the option that loads this file; for them it does nothing.
 */
import { isMainThread } from 'node:worker_threads';

const GRACE_MS = 8000;

if (isMainThread && process.env.HUSHU_WARM !== undefined) {
  const warm = JSON.parse(process.env.HUSHU_WARM);
  delete process.env.HUSHU_WARM;
  endWithSupervisor();
  const settings = takeSettings();
  // One after the other: side by side they would hold up PostgreSQL's own start on a small machine.
  for (const name of warm) await import(name).catch(() => undefined);
  Object.assign(process.env, await settings);
}

function endWithSupervisor() {
  process.once('disconnect', () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
    process.kill(process.pid, 'SIGTERM');
  });
}

function takeSettings() {
  return new Promise((resolve) => {
    const take = (message) => {
      if (message?.hushu !== 'start') return;
      process.off('message', take);
      resolve(message.environment);
    };
    process.on('message', take);
  });
}
