/** A supervisor in a process of its own, so that a test can kill it: `node host.mjs OPTIONS`, tells by message what it reached. */
import { Supervisor } from '../../../dist/libs/services/src/index.js';

const options = JSON.parse(process.argv[2]);
const said = [];
const supervisor = new Supervisor({
  ...options,
  environment: process.env,
  prepare: async ({ adminUrl }) => { process.send({ prepared: adminUrl }); },
  say: (line) => { said.push(line.en); process.send({ said: line.en }); },
});
process.on('SIGTERM', async () => {
  await supervisor.stop();
  process.exit(0);
});
process.on('message', (message) => {
  if (message.ask === 'pids') process.send({ pids: supervisor.pids() });
});
try {
  const hub = await supervisor.start();
  process.send({ hub, pids: supervisor.pids(), said });
} catch (error) {
  process.send({ failed: { code: error.code, text: error.text ?? { en: String(error) } } });
  process.exitCode = 1;
  process.disconnect();
}
