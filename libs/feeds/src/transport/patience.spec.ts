import { describe, expect, it } from '@jest/globals';
import { transportFault } from './fault.js';
import { flowing, patiently } from './patience.js';

const late = () => transportFault('transport-broken', '没有答复', 'silent');
const told = { details: { rule: 'transport-broken' }, retry: true };
const forever = (signal: AbortSignal, ended: string[]) => new Promise<never>(() => { signal.addEventListener('abort', () => ended.push('told')); });

describe('a wait', () => {
  it('ends by silence, and tells the work', async () => {
    const ended: string[] = [];
    await expect(patiently({ silence: 5, late }, (signal) => forever(signal, ended))).rejects.toMatchObject(told);
    expect(ended).toEqual(['told']);
  });

  it('ends with its signal’s reason, before it has begun too', async () => {
    const stop = new AbortController();
    const wait = patiently({ signal: stop.signal, silence: 60_000, late }, (signal) => forever(signal, []));
    stop.abort(new TypeError('lease lost'));
    await expect(wait).rejects.toThrow(TypeError);
    await expect(patiently({ signal: stop.signal, silence: 60_000, late }, async () => 1)).rejects.toThrow(TypeError);
  });

  it('for chunks ends when the next one does not come, each with a patience of its own', async () => {
    const ended: string[] = [];
    async function* chunks(signal: AbortSignal) {
      yield Buffer.from('a');
      yield Buffer.from('b');
      await forever(signal, ended);
    }
    const got: string[] = [];
    await expect((async () => { for await (const chunk of flowing({ silence: 5, late }, chunks)) got.push(String(chunk)); })()).rejects.toMatchObject(told);
    expect([got, ended]).toEqual([['a', 'b'], ['told']]);
  });

  it('for chunks lets go of the source when nobody asks for more', async () => {
    let closed = false;
    async function* chunks() {
      try {
        for (;;) yield Buffer.from('a');
      } finally {
        closed = true;
      }
    }
    for await (const _ of flowing({ silence: 60_000, late }, chunks)) break;
    expect(closed).toBe(true);
  });
});
