import { systemClock, type Text } from '#kernel';
import { Replays, type Replay, type ReplayVerdict } from '#runs';
import type { Work } from '../frame/command.js';
import { EXIT, type ExitCode } from '../frame/exit-code.js';
import type { Output } from '../frame/output.js';
import { withStore } from '../frame/store.js';
import { getRun, ledgerOf, osUser } from './run.js';

const VERDICTS: Record<ReplayVerdict, Text> = {
  same: { zh: '一致', en: 'the same' }, differs: { zh: '不一致', en: 'it differs' }, incomparable: { zh: '可比对的部分一致', en: 'the same as far as it can be compared' },
};
const EXITS: Record<ReplayVerdict, ExitCode> = { same: EXIT.ok, differs: EXIT.failed, incomparable: EXIT.partial };

/** Orders a replay, which a worker does, and waits for what it finds. Exit 0 the same, 1 it differs or cannot be done, 4 only a part can be compared. */
export const replay: Work<{ by?: string; wait: boolean }> = ({ output, options, args }) => withStore(async (store) => {
  const run = await getRun(ledgerOf(store), args[0]!);
  const replays = new Replays(store.database, systemClock);
  const order = (await replays.order(run.id, options.by ?? osUser()))!;
  return tell(options.wait ? await ended(replays, order, output) : order, output);
});

/** The order when it has ended; says meanwhile how far it is. */
async function ended(replays: Replays, { id }: Replay, output: Output): Promise<Replay> {
  let said = -1;
  for (let pause = 20; ; pause = Math.min(250, pause * 1.5)) {
    const order = (await replays.find(id))!;
    if (order.state === 'done' || order.state === 'failed') return order;
    if (order.total !== null && order.done > said) {
      said = order.done;
      output.say({ zh: `已读 ${order.done}/${order.total} 批`, en: `${order.done} of ${order.total} deliveries read` });
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

function tell(order: Replay, output: Output): ExitCode {
  const { id, run, state, verdict, finding, reason } = order;
  output.data(order, () => [
    `${run} ${verdict === null ? state : output.word(VERDICTS[verdict])}${verdict === null ? ` (${id})` : ''}`,
    ...(finding?.compared ?? []).map((what) => `${finding!.differs.includes(what) ? '✗' : '✓'} ${what}${finding!.differs.includes(what) ? `  ${JSON.stringify(finding!.then[what])} → ${JSON.stringify(finding!.now[what])}` : ''}`),
    ...(finding?.rows == null ? [] : [Object.entries(finding.rows).map(([name, rows]) => `${name} ${rows}`).join('  ')]),
  ].join('\n'));
  if (reason !== null) {
    output.say(reason.text);
    if (reason.hint !== undefined) output.say(reason.hint);
  }
  if (state === 'failed') return EXIT.failed;
  return verdict === null ? EXIT.ok : EXITS[verdict];
}
