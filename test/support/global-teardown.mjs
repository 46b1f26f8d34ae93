import { rmSync } from 'node:fs';

/** After all tests: the template goes, then Redis, then PostgreSQL, then their folder. */
export default async function tearDown() {
  const { services, folder, dropTemplate } = globalThis.hushuTestServices;
  await dropTemplate();
  for (const service of services.reverse()) await service.stop();
  rmSync(folder, { recursive: true, force: true });
}
