import type { FieldCodec, ValueType } from './value-type.js';

/**
 * A supplier's code, stored as the hub's. Short codes are found through a small open-addressing table on
 * their bytes, so that reading one makes no string.
 */
export const code: ValueType = {
  column: 'text',
  compile(_field, { codes }): FieldCodec {
    const hubCodes = [...codes.values()];
    const hubs = hubCodes.map((hub) => Buffer.from(hub));
    const suppliers = [...codes.keys()].map((supplier) => Buffer.from(supplier));
    let size = 16;
    while (size < suppliers.length * 4) size *= 2;
    const mask = size - 1;
    const table = new Int32Array(size).fill(-1);
    suppliers.forEach((supplier, index) => {
      let at = hashOf(supplier, 0, supplier.length) & mask;
      while (table[at] >= 0) at = (at + 1) & mask;
      table[at] = index;
    });

    return {
      read(bytes, start, end, slots, i) {
        let at = hashOf(bytes, start, end) & mask;
        for (;;) {
          const index = table[at];
          if (index < 0) return 'code-unmapped';
          if (same(suppliers[index], bytes, start, end)) {
            slots.setNumber(i, index);
            return null;
          }
          at = (at + 1) & mask;
        }
      },
      write(out, _row, slots, i) {
        if (slots.state[i] === 0) return out.null();
        const hub = hubs[slots.number[i]];
        out.bytes(hub, 0, hub.length);
      },
      hubCode: (slots, i) => (slots.state[i] === 0 ? null : hubCodes[slots.number[i]]),
    };
  },
};

/** FNV-1a, 32 bits. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5;
  for (let k = start; k < end; k++) h = Math.imul(h ^ bytes[k], 0x01000193);
  return h ^ (h >>> 15);
}

function same(code: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (code.length !== end - start) return false;
  for (let k = 0; k < code.length; k++) if (code[k] !== bytes[start + k]) return false;
  return true;
}
