/** The part of autocannon the load generator uses; the package brings no types. */
declare module 'autocannon' {
  export default function autocannon(options: object): Promise<unknown>;
}
