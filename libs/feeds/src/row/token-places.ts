/** The 16-byte blocks that tokens of one purpose will be made of, side by side, and where in a buffer of tuples each token belongs. */
export class TokenPlaces {
  count = 0;
  blocks = Buffer.allocUnsafeSlow(1 << 16);
  places = new Int32Array(1 << 12);

  add(place: number, from: Uint8Array, at: number): void {
    const n = this.count++;
    if (n === this.places.length) this.grow();
    this.places[n] = place;
    const { blocks } = this;
    let o = n << 4;
    for (let i = at; i < at + 16; i++) blocks[o++] = from[i];
  }

  private grow(): void {
    const places = new Int32Array(this.places.length * 2);
    places.set(this.places);
    const blocks = Buffer.allocUnsafeSlow(this.blocks.length * 2);
    blocks.set(this.blocks);
    this.places = places;
    this.blocks = blocks;
  }
}
