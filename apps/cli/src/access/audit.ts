import { auditInvariants } from '#access';
import { EXIT } from '../frame/exit-code.js';
import type { Work } from '../frame/command.js';
import { withStore } from '../frame/store.js';

/** Checks the whole chain; fails when a link, the end or its signature does not hold. */
export const verify: Work = ({ output }) => withStore(async ({ database, keys }) => {
  const checked = await auditInvariants(database, keys);
  output.data(checked, () => checked.map(({ text, holds, checked: rows, faults }) =>
    `${holds ? '✓' : '✗'} ${output.word(text)} (${rows})${faults.map(({ seq, fault }) => `\n  ${seq}: ${fault}`).join('')}`).join('\n'));
  return checked.every((one) => one.holds) ? EXIT.ok : EXIT.failed;
});
