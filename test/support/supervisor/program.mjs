/**
 * A program as the supervisor knows them: takes its settings from the environment, says ready, notes every start and
 * stop in the file of HUSHU_NOTES, and stops when asked.
 */
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';

const name = process.env.HUSHU_PROGRAM ?? basename(process.argv[1]);
const note = (word) => appendFileSync(process.env.HUSHU_NOTES, `${word} ${process.pid} ${process.env.DATABASE_URL} ${process.env.REDIS_URL ? 'redis' : ''}\n`);
if (process.env.HUSHU_FAIL === name) {
  console.error('this program was told to fail');
  process.exit(3);
}
note('start');
process.on('SIGTERM', () => {
  note('stop');
  process.exit(0);
});
process.send({ ready: true });
