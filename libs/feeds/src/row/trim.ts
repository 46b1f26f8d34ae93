/**
 * Blanks at both ends of a cell: ASCII white space, the ideographic space (U+3000), no-break space (U+00A0),
 * zero-width space and byte order mark (U+200B, U+FEFF).
 */
export function trimEnd(b: Buffer, start: number, end: number): number {
  while (end > start) {
    const c = b[end - 1];
    if (c === 32 || (c >= 9 && c <= 13)) end--;
    else if (c < 0x80 || c > 0xbf) return end;
    else if (end - start >= 3 && isWide(b[end - 3], b[end - 2], c)) end -= 3;
    else if (end - start >= 2 && b[end - 2] === 0xc2 && c === 0xa0) end -= 2;
    else return end;
  }
  return end;
}

export function trimStart(b: Buffer, start: number, end: number): number {
  while (start < end) {
    const c = b[start];
    if (c === 32 || (c >= 9 && c <= 13)) start++;
    else if (c < 0xc2) return start;
    else if (end - start >= 3 && isWide(c, b[start + 1], b[start + 2])) start += 3;
    else if (end - start >= 2 && c === 0xc2 && b[start + 1] === 0xa0) start += 2;
    else return start;
  }
  return start;
}

function isWide(a: number, b: number, c: number): boolean {
  if (a === 0xe3) return b === 0x80 && c === 0x80;
  if (a === 0xe2) return b === 0x80 && c === 0x8b;
  return a === 0xef && b === 0xbb && c === 0xbf;
}
