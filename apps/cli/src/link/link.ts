import { resolve } from 'node:path';
import { Evaluator, type Evaluation, linkRecords, links, type LinkReport, openTable, readModel, readTruth, writePairs } from '#linkage';
import type { Work } from '../frame/command.js';
import type { Output } from '../frame/output.js';
import { inScratchStore } from './scratch-store.js';

interface Options { left: string; right?: string; model: string; truth?: string; out: string }

/** Links two files, or one with itself, in a store of its own; needs no running hub. */
export const run: Work<Options> = async ({ output, options }) => {
  const model = await readModel(options.model);
  const left = await openTable(options.left);
  const right = options.right === undefined ? null : await openTable(options.right);
  const truth = options.truth === undefined ? null : await readTruth(options.truth, await truthColumns(options.truth, model.left.id), right === null);
  try {
    const result = await inScratchStore(async (client) => {
      const report = await linkRecords(client, model, left, right);
      const evaluator = truth === null ? null : new Evaluator(truth);
      const written = await writePairs(resolve(options.out), told(links(client), evaluator));
      return { report, written, evaluation: evaluator?.result(truth!.pairs()) };
    });
    tell(output, result.report, result.evaluation, result.written);
    output.say({ zh: `${result.written} 对已写入 ${resolve(options.out)}`, en: `${result.written} pairs written to ${resolve(options.out)}` });
  } finally {
    await left.close();
    await right?.close();
  }
};

async function* told<T extends Parameters<Evaluator['take']>[0]>(found: AsyncIterable<T>, evaluator: Evaluator | null): AsyncGenerator<T> {
  for await (const link of found) {
    evaluator?.take(link);
    yield link;
  }
}

/** Truth tells the cluster of each record, or pairs: left_id and right_id, else its first two columns. */
async function truthColumns(file: string, id: string): Promise<Parameters<typeof readTruth>[1]> {
  const table = await openTable(file);
  try {
    const { columns } = table;
    if (columns.includes('cluster')) return { id: columns.includes(id) ? id : columns[0]!, cluster: 'cluster' };
    return columns.includes('left_id') && columns.includes('right_id') ? { left: 'left_id', right: 'right_id' } : { left: columns[0]!, right: columns[1] ?? columns[0]! };
  } finally {
    await table.close();
  }
}

function tell(output: Output, report: LinkReport, evaluation: Evaluation | undefined, written: number): void {
  const { trained, ...counts } = report;
  const learnt = { rounds: trained.rounds, registered: trained.prior * trained.right };
  output.data({ ...counts, written, learnt, ...(evaluation && { evaluation }) }, () => [
    output.table(
      [{ zh: '分块规则', en: 'Block rule' }, { zh: '候选对', en: 'Pairs' }, { zh: '拒绝的块', en: 'Refused blocks' }, { zh: '最大一块', en: 'Largest' }],
      report.blocks.map(({ rule, pairs, refused, largest }) => [rule, pairs, refused, refused > 0 ? largest : '']),
    ),
    output.table([{ zh: '步骤', en: 'Step' }, { zh: '毫秒', en: 'ms' }], report.steps.map(({ step, ms }) => [step, ms])),
    ...(evaluation ? [output.table(
      [{ zh: '', en: '' }, { zh: '关联', en: 'Links' }, { zh: '查准率', en: 'Precision' }, { zh: '查全率', en: 'Recall' }, { zh: 'F1', en: 'F1' }],
      ([['自动接受', 'accepted', evaluation.accepted], ['概率过半', 'a half or more', evaluation.half], ['复核全对之后', 'after perfect review', evaluation.reviewed]] as const)
        .map(([zh, en, { links: count, precision, recall, f1 }]) => [output.word({ zh, en }), count, precision.toFixed(5), recall.toFixed(5), f1.toFixed(5)]),
    )] : []),
  ].join('\n\n'));
  const refused = report.blocks.filter((block) => block.refused > 0);
  for (const { rule, refused: blocks, largest } of refused) {
    output.say({
      zh: `分块规则 ${rule} 有 ${blocks} 块过大(最大 ${largest} 对),其中的对没有比较;请改规则,或提高 train.block_pairs`,
      en: `Block rule ${rule} has ${blocks} block(s) too large (up to ${largest} pairs); their pairs were not compared: change the rule, or raise train.block_pairs`,
    });
  }
}
