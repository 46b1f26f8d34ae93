import type { TransportKind } from './transport.js';

/** `file`: somebody hands deliveries in (`hushu deliver`); there is nothing to fetch. */
export const hand: TransportKind = {
  options: { is: 'keys', required: {} },
  async open() {
    return {
      async* arrivals() {
        return { current: null };
      },
      close: async () => undefined,
    };
  },
};
