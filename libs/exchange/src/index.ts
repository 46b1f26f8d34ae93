/*
 * Role: this hub among others: gives published deliveries to neighbours, receipts what it took from them, sends rejects back, keeps their catalogues.
 * Hides: numbering, signed manifests and receipts, retries, reports that came back.
 * Reads: config/hubs, published views of runs, sealed deliveries, schema exchange.
 * Writes: schema exchange, the folder of reports that came back, events on timelines; calls to neighbours.
 * Never: takes a delivery in (the line does, by the transport `hub`), or believes what is not signed.
 */
export { Exchange } from './exchange.js';
export { Offers, type Offer } from './give/offers.js';
export { findReturned, Receiver } from './give/receiver.js';
export type { ProductMetadata } from './give/catalogue.js';
export { neighbourHub, readNeighbours, type Neighbour, type Neighbours } from './neighbour/neighbours.js';
export { Outgoing } from './take/outgoing.js';
export { Upstream } from './take/upstream.js';
