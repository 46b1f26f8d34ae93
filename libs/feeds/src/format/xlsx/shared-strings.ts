import { fileFault } from '../faults.js';
import { copy } from './copy.js';
import { tagOf, type XmlHandler } from './xml-scan.js';

/** Bytes of all shared strings together; more is not held. */
const BYTES_MOST = 256 << 20;
const [SI, T, PHONETIC] = ['si', 't', 'rPh'].map(tagOf);

/** The workbook's string table: UTF-8 in one buffer, one offset a string, no JavaScript strings. */
export class SharedStrings implements XmlHandler {
  count = 0;
  bytes = Buffer.allocUnsafeSlow(64 << 10);
  private offsets = new Uint32Array(4096);
  private length = 0;
  private taking = false;
  private phonetic = false;

  startOf(index: number): number {
    return this.offsets[index];
  }

  endOf(index: number): number {
    return this.offsets[index + 1];
  }

  open(tag: number): void {
    if (tag === T) this.taking = !this.phonetic;
    else if (tag === PHONETIC) this.phonetic = true;
  }

  close(tag: number): void {
    if (tag === T) this.taking = false;
    else if (tag === PHONETIC) this.phonetic = false;
    else if (tag === SI) {
      this.count++;
      if (this.count + 1 >= this.offsets.length) {
        const more = new Uint32Array(this.offsets.length * 2);
        more.set(this.offsets);
        this.offsets = more;
      }
      this.offsets[this.count] = this.length;
    }
  }

  text(bytes: Buffer, start: number, end: number): void {
    if (!this.taking) return;
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      if (needed > BYTES_MOST) throw fileFault('file-bomb', '共享字符串超过上限。', 'The shared strings are over their limit.', { limit: BYTES_MOST });
      const more = Buffer.allocUnsafeSlow(Math.min(BYTES_MOST, Math.max(needed, this.bytes.length * 2)));
      this.bytes.copy(more, 0, 0, this.length);
      this.bytes = more;
    }
    copy(bytes, start, end, this.bytes, this.length);
    this.length = needed;
  }
}
