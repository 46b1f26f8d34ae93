/**
 * npm run bench -- link [--rows N] [--rounds N] [--peer] [--json]: an invented register and an invented feed of as many
 * records, linked by config/linkage/cn.yaml in a store of its own; with --peer, Splink over the same normalised columns.
 */
import { join } from 'node:path';
import { Evaluator, linkRecords, links, openTable, readModel, readTruth, type Evaluation, type LinkReport } from '#linkage';
import { readSettings } from '#services';
import { inScratchStore } from '../../apps/cli/src/link/scratch-store.js';
import { linkFiles, type LinkFiles } from './link-files.js';
import { peerHere, peerMeasured, writePeerFiles, type Peer, type PeerResult } from './link-peer.js';
import { machine, median, option, residentOf, ROOT, withSpread, writeSection } from './report.js';

const ROWS = 1_000_000;
/** A stored model skips what is learnt; the rest is what every linkage pays. */
const STEP = ['certain', 'block', 'compare', 'score'];

interface Round { report: LinkReport; evaluation: Evaluation; peak: number }

export async function run(args: readonly string[]): Promise<number> {
  const rows = Number(option(args, 'rows') ?? ROWS), rounds = Number(option(args, 'rounds') ?? 1);
  const say = (line: string): void => { process.stderr.write(`${line}\n`); };
  const { HUSHU_CACHE: cache } = await readSettings();
  const files = linkFiles(rows, cache, say);
  const peer = args.includes('--peer') ? peerHere(cache, say) : null;
  const measured: Round[] = [];
  const against: PeerResult[] = [];
  for (let round = 1; round <= rounds; round++) {
    measured.push(await measure(files, peer));
    say(`round ${round}: ${lineOf(measured.at(-1)!)}`);
    if (peer === null) continue;
    const result = await peerMeasured(peer, files.truth, say);
    if (result === null) continue;
    against.push(result);
    say(`round ${round}, Splink: ${result.steps.map(({ step, seconds }) => `${step} ${seconds.toFixed(1)} s`).join(' · ')}`);
  }
  const table = tableOf(rows, measured, against);
  if (rows >= ROWS) writeSection('link', `Linking ${rows.toLocaleString('en')} records to ${rows.toLocaleString('en')}`, `\`${['npm run bench -- link', ...args.filter((one) => one !== '--json')].join(' ')}\`: ${table}`);
  process.stdout.write(args.includes('--json') ? `${JSON.stringify({ machine: machine(), rows, rounds: measured, peer: against })}\n` : `${table}\n`);
  return 0;
}

async function measure(files: LinkFiles, peer: Peer | null): Promise<Round> {
  const model = await readModel(join(ROOT, 'config', 'linkage', 'cn.yaml'));
  const [feed, register] = [await openTable(files.feed), await openTable(files.register)];
  try {
    return await inScratchStore(async (client) => {
      let peak = residentOf(process.pid);
      const watch = setInterval(() => { peak = Math.max(peak, residentOf(process.pid)); }, 100);
      const report = await linkRecords(client, model, feed, register).finally(() => { clearInterval(watch); });
      const truth = await readTruth(files.truth, { left: 'feed_id', right: 'person_id' });
      const evaluator = new Evaluator(truth);
      for await (const link of links(client)) evaluator.take(link);
      if (peer !== null) await writePeerFiles(client, model, peer);
      return { report, evaluation: evaluator.result(truth.pairs()), peak };
    });
  } finally {
    await feed.close();
    await register.close();
  }
}

const secondsOf = ({ report }: Round, ...steps: string[]): number => report.steps.reduce((sum, { step, ms }) => sum + (steps.includes(step) ? ms / 1000 : 0), 0);

function lineOf(round: Round): string {
  const { report, evaluation, peak } = round;
  return [
    ...report.steps.map(({ step }) => `${step} ${secondsOf(round, step).toFixed(1)} s`), `linkage step ${secondsOf(round, ...STEP).toFixed(1)} s`,
    `${report.candidates.toLocaleString('en')} pairs`, `F1 ${evaluation.half.f1.toFixed(5)}`, `Node ${peak} MiB`,
  ].join(' · ');
}

function tableOf(rows: number, rounds: readonly Round[], peers: readonly PeerResult[]): string {
  const [{ report, evaluation }] = rounds as [Round];
  const ours = (...steps: string[]): string => withSpread(rounds.map((round) => secondsOf(round, ...steps)), 1);
  const theirs = (...steps: string[]): string => withSpread(peers.map((one) => one.steps.reduce((sum, { step, seconds }) => sum + (steps.includes(step) ? seconds : 0), 0)), 1);
  const share = (value: number): string => value.toFixed(5);
  const [peer] = peers;
  return [
    `${rows.toLocaleString('en')} feed records, ${evaluation.pairs.toLocaleString('en')} of them of somebody among ${rows.toLocaleString('en')} registered people, the others of strangers, relatives, namesakes, newborns and twins; invented, with moderate dirt; config/linkage/cn.yaml; ${machine()}; ${rounds.length === 1 ? 'one round' : `${rounds.length} rounds`}. The linkage step is what every linkage pays: ${STEP.join(', ')}; what was learnt can be kept, and is named apart.`,
    '', '| Hushu, on PostgreSQL | seconds |', '|---|---|',
    ...report.steps.map(({ step }) => `| ${step} | ${ours(step)} |`),
    `| **linkage step** (${STEP.join(' + ')}) | ${ours(...STEP)} |`,
    `| in all | ${ours(...report.steps.map(({ step }) => step))} |`,
    ...(peer === undefined ? [] : [
      '', `| Splink ${peer.versions.splink} on DuckDB ${peer.versions.duckdb}, from the normalised columns | seconds |`, '|---|---|',
      ...peer.steps.map(({ step }) => `| ${step} | ${theirs(step)} |`),
      `| in all | ${theirs(...peer.steps.map(({ step }) => step))} |`,
    ]),
    '', '| | pairs looked at | precision | recall | F1 |', '|---|---|---|---|---|',
    ...([['at a half', evaluation.half], ['accepted without a look', evaluation.accepted], ['after perfect review', evaluation.reviewed]] as const)
      .map(([name, { precision, recall, f1 }]) => `| Hushu, ${name} | ${report.candidates.toLocaleString('en')} | ${[precision, recall, f1].map(share).join(' | ')} |`),
    ...(peer === undefined ? [] : ([['at a half', peer.half], [`at its best threshold (${peer.best.threshold})`, peer.best]] as const)
      .map(([name, { precision, recall, f1 }]) => `| Splink, ${name} | ${peer.pairs.toLocaleString('en')} | ${[precision, recall, f1].map(share).join(' | ')} |`)),
    '', [
      `${report.certain.toLocaleString('en')} settled by a rule alone; ${(evaluation.review / rows * 100).toFixed(2)} % to review.`,
      `Refused blocks: ${report.blocks.filter(({ refused }) => refused > 0).map(({ rule, refused }) => `${refused} of ${rule}`).join(', ') || 'none'}.`,
      `Node's memory at its peak: ${median(rounds.map(({ peak }) => peak))} MiB.`,
      ...(peer === undefined ? [] : [`Splink has the model's levels and blocking rules${peer.left.length > 0 ? `, but for ${peer.left.join(', ')}` : ''}; with term frequencies; of each feed record its best register record counts. Its process held ${peer.peakMiB} MiB.`]),
    ].join(' '),
  ].join('\n');
}
