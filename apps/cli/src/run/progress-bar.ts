import type { RunProgress } from '#runs';
import { SingleBar } from 'cli-progress';
import type { Output } from '../frame/output.js';

const STEPS: Readonly<Record<string, { zh: string; en: string }>> = {
  wait: { zh: '等待', en: 'waiting' }, begin: { zh: '开始', en: 'beginning' }, digest: { zh: '比对摘要', en: 'digest' }, load: { zh: '装入已知行', en: 'known rows' },
  read: { zh: '读入', en: 'reading' }, match: { zh: '比对变更', en: 'matching' }, link: { zh: '关联', en: 'linking' }, apply: { zh: '发布', en: 'publishing' },
};

/** What is being done, in the reader's language. */
export function stepWord(progress: RunProgress, output: Output): string {
  return progress.step === null ? progress.state : output.word(STEPS[progress.step] ?? { zh: progress.step, en: progress.step });
}

/** Rows done of rows expected on a terminal; elsewhere nothing. */
export class RunBar {
  private readonly bar: SingleBar | undefined;
  private started = false;

  constructor(private readonly output: Output) {
    if (!process.stderr.isTTY || output.json) return;
    this.bar = new SingleBar({ format: '{step} {bar} {value}/{total} {speed} {left}', clearOnComplete: true, hideCursor: true, stream: process.stderr });
  }

  show(progress: RunProgress): void {
    const payload = {
      step: stepWord(progress, this.output), speed: progress.rowsPerSecond === null ? '' : `${Math.round(progress.rowsPerSecond)}/s`,
      left: progress.etaSeconds === null ? '' : `${Math.ceil(progress.etaSeconds)}s`,
    };
    const total = Math.max(progress.rowsExpected ?? 0, progress.rowsDone, 1);
    if (!this.started) this.bar?.start(total, progress.rowsDone, payload);
    else {
      this.bar?.setTotal(total);
      this.bar?.update(progress.rowsDone, payload);
    }
    this.started = true;
  }

  stop(): void {
    if (this.started) this.bar?.stop();
  }
}
